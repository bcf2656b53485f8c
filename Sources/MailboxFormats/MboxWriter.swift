internal import Glibc
package import MailCore

/// Writes an mbox file of the dialect mboxrd: `>` before every line that looks like `From `, `>From ` and so on.
package struct MboxWriter: ~Copyable {
    private var sink: FileSink
    private var lines = LineFeedWriter()
    private var isLineStart = true
    /// What a line began with while it may still turn out to be a From_ line.
    private var held: [UInt8] = []

    /// Makes the file; it must not be there. `-` is standard output.
    package init(path: String) throws(MailFileError) {
        sink = try FileSink(path: path)
    }

    /// Begins a message.
    ///
    /// - Parameter sender: for the From_ line; nil for none, which is written `MAILER-DAEMON`.
    package mutating func begin(sender: EmailAddress?, _ mark: MailFileMark) throws(MailFileError) {
        let name = sender?.written ?? "MAILER-DAEMON"
        let word = name.utf8.contains(UInt8(ascii: " ")) ? "MAILER-DAEMON" : name
        var head = "From \(word) \(CalendarSeconds.asctime(mark.dateSeconds ?? 0))\n"
        head += "Status: \(mark.flags.contains(.seen) ? "RO" : "O")\n"
        var letters = ""
        if mark.flags.contains(.answered) { letters += "A" }
        if mark.flags.contains(.flagged) { letters += "F" }
        if mark.flags.contains(.deleted) { letters += "D" }
        if mark.flags.contains(.draft) { letters += "T" }
        if !letters.isEmpty { head += "X-Status: \(letters)\n" }
        if !mark.keywords.isEmpty { head += "X-Keywords: \(mark.keywords.map(\.text).joined(separator: " "))\n" }
        try sink.write(head.utf8)
        isLineStart = true
    }

    /// Octets of the message with CRLF at the end of each line.
    package mutating func append(_ octets: some Sequence<UInt8>) throws(MailFileError) {
        try write(lines.converted(octets))
    }

    /// Ends the message.
    package mutating func end() throws(MailFileError) {
        try write(lines.finish())
        let isWholeLine = isLineStart && held.isEmpty
        if held.drop(while: { $0 == UInt8(ascii: ">") }).elementsEqual(MboxFromLine.start) {
            try sink.write(CollectionOfOne(UInt8(ascii: ">")))
        }
        try release()
        try sink.write(isWholeLine ? [0x0a] : [0x0a, 0x0a])
        isLineStart = true
    }

    /// Everything on disk.
    package mutating func finish() throws(MailFileError) { try sink.synchronize() }

    private mutating func write(_ octets: [UInt8]) throws(MailFileError) {
        var rest = octets[...]
        while let first = rest.first {
            guard isLineStart || !held.isEmpty else {
                let end = rest.firstIndex(of: 0x0a).map { $0 + 1 } ?? rest.endIndex
                try sink.write(rest[..<end])
                isLineStart = rest[end - 1] == 0x0a
                rest = rest[end...]
                continue
            }
            isLineStart = false
            switch MboxWriter.look(held, first) {
            case .fromLine:
                try sink.write(CollectionOfOne(UInt8(ascii: ">")))
                try release()
            case .perhaps:
                held.append(first)
                rest = rest.dropFirst()
            case .other:
                guard held.isEmpty else {
                    try release()
                    continue
                }
                try sink.write(CollectionOfOne(first))
                rest = rest.dropFirst()
                isLineStart = first == 0x0a
            }
        }
    }

    private enum Look {
        case fromLine
        case perhaps
        case other
    }

    /// Whether the start of a line, with one octet more, is or may become `>*From `.
    private static func look(_ held: [UInt8], _ next: UInt8) -> Look {
        let word = held.drop { $0 == UInt8(ascii: ">") }
        if word.count == MboxFromLine.start.count { return .fromLine }
        // A line of marks without end must not be kept.
        if held.count >= 1024 { return .other }
        if word.isEmpty, next == UInt8(ascii: ">") { return .perhaps }
        return next == MboxFromLine.start[word.count] ? .perhaps : .other
    }

    private mutating func release() throws(MailFileError) {
        try sink.write(held)
        held = []
    }
}
