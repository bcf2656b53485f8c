internal import MailCore

/// Reads an mbox file of any of its dialects, message by message, in memory that does not grow with either.
///
/// - A message begins at a `From ` line with a date, at the start or after an empty line.
/// - mboxrd and mboxo: one `>` goes from lines like `>From ` and `>>From `.
/// - mboxcl and mboxcl2: a Content-Length is believed when a message or the end of the file stands behind that many
///   octets, so that an unquoted `From ` line inside does not split the message.
/// - Status, X-Status, X-Keywords and Mozilla's fields become flags and leave the message.
package struct MboxReader: ~Copyable {
    private enum Phase {
        /// Before a From_ line.
        case between
        /// After it; within the header, until the first empty line.
        case header
        /// After that.
        case body
        /// At the end of the file; for good.
        case done
    }

    private var source: LineSource
    private var phase = Phase.between
    private var output: [UInt8] = []
    private var mark = MboxMark()
    private var isFirst = true
    private var isEmptyLineWithheld = false
    private var isAfterEmptyLine = false
    private var trustedEnd: Int64 = 0

    /// Opens the file; `-` is standard input.
    package init(path: String) throws(MailFileError) {
        source = try LineSource(path: path)
    }

    /// How far reading has come, in octets.
    package var offset: Int64 { source.offset }
    /// The size of the file; nil for a pipe.
    package var size: Int64? { source.size }

    /// The next event; nil at the end. An empty file has no messages.
    package mutating func next() throws(MailFileError) -> MailFileEvent? {
        while true {
            guard output.count < MailFileLimits.chunkOctets else { return flushed() }
            guard let piece = try source.peek() else { return atEnd() }
            switch phase {
            case .between:
                if piece.isStart, piece.isEnd, piece.octets.isEmpty {
                    source.take(piece)
                    continue
                }
                return try begin(piece)
            case .header, .body:
                if isSeparator(piece) {
                    if !output.isEmpty { return flushed() }
                    return ended(then: .between)
                }
                take(piece)
            case .done:
                return nil
            }
        }
    }

    private mutating func begin(_ piece: LineSource.Piece) throws(MailFileError) -> MailFileEvent {
        guard let line = MboxFromLine(piece.octets), isFirst || line.dateSeconds != nil else {
            throw .notMbox(path: source.path)
        }
        isFirst = false
        mark = MboxMark(dateSeconds: line.dateSeconds)
        var rest = piece
        source.take(rest)
        while !rest.isEnd, let next = try source.peek() {
            rest = next
            source.take(rest)
        }
        phase = .header
        isEmptyLineWithheld = false
        isAfterEmptyLine = false
        trustedEnd = 0
        return .begins(folder: "")
    }

    private func isSeparator(_ piece: LineSource.Piece) -> Bool {
        guard piece.isStart, isAfterEmptyLine, piece.offset >= trustedEnd else { return false }
        return MboxFromLine(piece.octets)?.dateSeconds != nil
    }

    /// One line or piece of one into the output.
    private mutating func take(_ piece: LineSource.Piece) {
        source.take(piece)
        if isEmptyLineWithheld {
            output += [0x0d, 0x0a]
            isEmptyLineWithheld = false
        }
        let isEmptyLine = piece.isStart && piece.isEnd && piece.octets.isEmpty
        isAfterEmptyLine = isEmptyLine
        if phase == .header {
            if isEmptyLine {
                phase = .body
                trustContentLength()
                output += [0x0d, 0x0a]
                return
            }
            guard !mark.takes(piece) else { return }
        } else if isEmptyLine {
            // It may be the one that belongs to the file and not to the message.
            isEmptyLineWithheld = true
            return
        }
        output += phase == .body && piece.isStart ? MboxReader.unquoted(piece.octets) : piece.octets
        if piece.isEnd { output += [0x0d, 0x0a] }
    }

    private static func unquoted(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        guard line.first == UInt8(ascii: ">") else { return line }
        let afterMarks = line.drop { $0 == UInt8(ascii: ">") }
        return afterMarks.starts(with: MboxFromLine.start) ? line.dropFirst() : line
    }

    /// Believes the field when what it promises is there.
    private mutating func trustContentLength() {
        guard let length = mark.contentLength, length > 0, length < 1 << 40 else { return }
        let end = source.offset + length
        guard let octets = source.look(at: end, count: 7), let size = source.size, end <= size else { return }
        let isMessage =
            octets.isEmpty || octets.starts(with: MboxFromLine.start)
            || octets.starts(with: [0x0a] + MboxFromLine.start)
            || octets.starts(with: [0x0d, 0x0a] + MboxFromLine.start)
        if isMessage { trustedEnd = end }
    }

    private mutating func flushed() -> MailFileEvent {
        defer { output = [] }
        return .octets(output)
    }

    private mutating func ended(then next: Phase) -> MailFileEvent {
        phase = next
        return .ends(mark.finished())
    }

    private mutating func atEnd() -> MailFileEvent? {
        switch phase {
        case .between, .done:
            phase = .done
            return nil
        case .header, .body:
            return output.isEmpty ? ended(then: .done) : flushed()
        }
    }
}
