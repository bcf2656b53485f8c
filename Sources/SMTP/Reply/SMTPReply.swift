package import MailCore
package import NIOCore

/// One reply, of one or more lines (RFC 5321 §4.2), with its enhanced status code (RFC 2034).
///
/// It is made once in the form of the wire, so that a constant reply costs one copy of its octets.
package struct SMTPReply: Hashable, Sendable {
    /// The three digits.
    package let code: UInt16
    /// What it means for programs; greeting, EHLO's reply and 354 have none.
    package let enhancedStatusCode: EnhancedStatusCode?
    /// All lines with their CRLF.
    private let wire: [UInt8]

    /// Octets of a line with code and CRLF (RFC 5321 §4.5.3.1.5).
    package static let lineOctetsMax = 512

    /// A reply of the lines given. Text that the wire cannot carry is made harmless: control characters become spaces,
    /// what is not ASCII becomes `\x{…}` (a reply may carry UTF-8 only where SMTPUTF8 was asked for, RFC 6531 §3.7.4),
    /// and a line that is too long is broken.
    package init(_ code: UInt16, _ enhancedStatusCode: EnhancedStatusCode? = nil, lines: [String]) {
        let code = (200...599).contains(code) ? code : 451
        self.code = code
        self.enhancedStatusCode = enhancedStatusCode
        self.wire = SMTPReply.write(code, enhancedStatusCode, lines)
    }

    /// A reply of one line.
    package init(_ code: UInt16, _ enhancedStatusCode: EnhancedStatusCode, _ text: String) {
        self.init(code, enhancedStatusCode, lines: [text])
    }

    /// A reply of one line without an enhanced status code.
    package init(_ code: UInt16, _ text: String) {
        self.init(code, nil, lines: [text])
    }

    /// 2yz, or 3yz for which the client has to go on.
    package var isPositive: Bool { code < 400 }

    /// 5yz: trying again as it is cannot help.
    package var isPermanentFailure: Bool { code >= 500 }

    /// 421: the connection ends with it (RFC 5321 §3.8).
    package var closesConnection: Bool { code == 421 }

    /// The text of each line, without code and enhanced status code.
    package var texts: [String] {
        let prefix = 4 + (enhancedStatusCode.map { $0.description.utf8.count + 1 } ?? 0)
        return wire.split(separator: 0x0a).map { line in
            String(decoding: line.dropFirst(prefix).dropLast(), as: UTF8.self)
        }
    }

    /// Adds the lines to an output buffer.
    package func write(into output: inout ByteBuffer) {
        output.writeBytes(wire)
    }

    /// The octets of all lines with their CRLF.
    package var wireOctets: Int { wire.count }

    private static func write(_ code: UInt16, _ status: EnhancedStatusCode?, _ lines: [String]) -> [UInt8] {
        let status = status.map { "\($0) " } ?? ""
        let room = lineOctetsMax - 6 - status.utf8.count
        var pieces: [[UInt8]] = []
        for line in lines { fold(ReplyText.sanitized(line), room: room, into: &pieces) }
        if pieces.isEmpty { pieces.append([]) }
        var wire: [UInt8] = []
        wire.reserveCapacity(pieces.reduce(0) { $0 + $1.count + 16 })
        for (index, piece) in pieces.enumerated() {
            wire.append(contentsOf: String(code).utf8)
            wire.append(index == pieces.count - 1 ? 0x20 : 0x2d)
            wire.append(contentsOf: status.utf8)
            wire.append(contentsOf: piece)
            wire.append(contentsOf: [0x0d, 0x0a])
        }
        return wire
    }

    /// Breaks at the last space that fits, or where it must.
    private static func fold(_ text: [UInt8], room: Int, into pieces: inout [[UInt8]]) {
        var rest = text[...]
        while rest.count > room {
            let head = rest.prefix(room)
            let cut = head.lastIndex(of: 0x20).map { $0 + 1 } ?? head.endIndex
            pieces.append(Array(rest[..<cut]))
            rest = rest[cut...]
        }
        pieces.append(Array(rest))
    }
}

extension SMTPReply: CustomStringConvertible {
    /// The lines as sent, separated by LF, without the last line's end; for logs and tests.
    package var description: String {
        String(decoding: wire.dropLast(2).filter { $0 != 0x0d }, as: UTF8.self)
    }
}
