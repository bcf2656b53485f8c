internal import MailCore
package import NIOCore

/// Why octets are no reply; after one of these nothing that the server says can be matched with a command.
package enum SMTPReplyError: Error, Hashable, Sendable {
    /// A line that does not begin with a reply code; its first octets, made printable.
    case notAReply(String)
    /// More than `SMTPClientLimits.replyLineOctetsMax`.
    case lineTooLong
    /// More than `SMTPClientLimits.replyLinesMax`.
    case tooManyLines
}

/// Reads a server's replies, however their octets arrive.
///
/// ```
/// Reply-line = *( Reply-code "-" [ textstring ] CRLF ) Reply-code [ SP textstring ] CRLF
/// Reply-code = %x32-35 %x30-35 %x30-39
/// ```
/// (RFC 5321 §4.2)
///
/// What real servers do besides is taken: a bare LF, a code alone, text right behind the code, any octets in the text,
/// a second digit above 5, lines whose codes differ (then the last one counts). The text is kept in the form that is fit
/// for logs and reports (`SMTPReply`).
package struct SMTPReplyParser: Sendable {
    private let lineOctetsMax: Int
    private let linesMax: Int
    private var lines: [String] = []
    private var status: EnhancedStatusCode?
    /// Octets of the input that are known to hold no LF.
    private var scanned = 0

    /// Between two replies.
    package init(limits: SMTPClientLimits = SMTPClientLimits()) {
        lineOctetsMax = limits.replyLineOctetsMax
        linesMax = limits.replyLinesMax
    }

    /// Takes the next whole reply off the input; nil when there is none yet.
    package mutating func next(_ input: inout ByteBuffer) throws(SMTPReplyError) -> SMTPReply? {
        while let line = try nextLine(&input) {
            if let reply = try take(line) { return reply }
        }
        return nil
    }

    private mutating func nextLine(_ input: inout ByteBuffer) throws(SMTPReplyError) -> [UInt8]? {
        let view = input.readableBytesView.dropFirst(scanned)
        guard let end = view.firstIndex(of: 0x0A) else {
            scanned = input.readableBytes
            guard scanned < lineOctetsMax else { throw .lineTooLong }
            return nil
        }
        let length = end - input.readerIndex
        scanned = 0
        guard length < lineOctetsMax, var line = input.readBytes(length: length) else { throw .lineTooLong }
        input.moveReaderIndex(forwardBy: 1)
        while line.last == 0x0D { line.removeLast() }
        return line
    }

    /// Adds a line; the reply when it was the last one.
    private mutating func take(_ line: [UInt8]) throws(SMTPReplyError) -> SMTPReply? {
        guard let code = SMTPReplyParser.code(line) else {
            throw .notAReply(
                String(decoding: ReplyText.sanitized(String(decoding: line.prefix(64), as: UTF8.self)), as: UTF8.self))
        }
        guard lines.count < linesMax else { throw .tooManyLines }
        var text = line.dropFirst(3)
        let separator = text.first
        if separator == 0x20 || separator == 0x2D { text = text.dropFirst() }
        if let (found, rest) = EnhancedStatusCode.parsePrefix(text), found.classCode.rawValue == code / 100 {
            if status == nil, lines.isEmpty { status = found }
            if found == status { text = rest }
        }
        lines.append(String(decoding: text, as: UTF8.self))
        if separator == 0x2D { return nil }
        defer {
            lines = []
            status = nil
        }
        // RFC 2034 §4: the class and the code's first digit say the same, also when lines contradict each other.
        let agreed = status.flatMap { $0.classCode.rawValue == code / 100 ? $0 : nil }
        return SMTPReply(UInt16(code), agreed, lines: lines)
    }

    /// The code, unless the line has a fourth digit or something else in its place.
    private static func code(_ line: [UInt8]) -> Int? {
        guard line.count >= 3, (0x32...0x35).contains(line[0]), isDigit(line[1]), isDigit(line[2]) else { return nil }
        if line.count > 3, isDigit(line[3]) { return nil }
        return Int(line[0] - 0x30) * 100 + Int(line[1] - 0x30) * 10 + Int(line[2] - 0x30)
    }

    private static func isDigit(_ octet: UInt8) -> Bool { (0x30...0x39).contains(octet) }
}

extension EnhancedStatusCode {
    /// `class "." subject "." detail` and the space behind it, or the text's end (RFC 2034 §4, RFC 3463 §2).
    static func parsePrefix(_ text: ArraySlice<UInt8>) -> (code: EnhancedStatusCode, rest: ArraySlice<UInt8>)? {
        let word = text.prefix { $0 != 0x20 && $0 != 0x09 }
        guard word.count <= 9 else { return nil }
        let numbers = word.split(separator: 0x2E, omittingEmptySubsequences: false)
        guard numbers.count == 3, numbers[0].count == 1,
            let classCode = number(numbers[0]).flatMap({ Class(rawValue: UInt8($0)) }),
            let subject = number(numbers[1]), let detail = number(numbers[2])
        else { return nil }
        return (EnhancedStatusCode(classCode, subject, detail), text[word.endIndex...].dropFirst())
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> UInt16? {
        guard (1...3).contains(digits.count), digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return digits.reduce(0) { $0 * 10 + UInt16($1 - 0x30) }
    }
}
