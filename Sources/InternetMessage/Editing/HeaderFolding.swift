/// Folds header lines that are longer than any transport must take (RFC 5322 §2.1.1).
///
/// A line is broken before a blank, which changes nothing for any reader (§2.2.3). A structured field without blanks
/// is broken between its items, where a blank has no meaning.
struct HeaderFolding {
    private let octets: Octets

    init(_ octets: Octets) {
        self.octets = octets
    }

    /// The line ends to put into a field; none when its lines are short enough.
    func edits(of field: HeaderField) throws(TransportObstacle) -> [MessageEdit] {
        var edits: [MessageEdit] = []
        var lineStart = field.whole.lowerBound
        while lineStart < field.whole.upperBound {
            let newline = octets[field.whole].first(ASCII.lf, from: lineStart)
            var end = newline ?? field.whole.upperBound
            if end > lineStart, octets[end - 1] == ASCII.cr { end -= 1 }
            try fold(lineStart..<end, of: field, into: &edits)
            lineStart = newline.map { $0 + 1 } ?? field.whole.upperBound
        }
        return edits
    }

    private func fold(
        _ line: Range<Int>, of field: HeaderField, into edits: inout [MessageEdit]
    ) throws(TransportObstacle) {
        var rest = line
        // Octets of the line before `rest`: the blank that was put there.
        var indent = 0
        while indent + rest.count > ContentCensus.lineLengthLimit {
            let limit = rest.lowerBound + ContentCensus.lineLengthLimit - indent
            if let blank = lastBlank(in: rest, upTo: limit, of: field) {
                edits.append(.insert([ASCII.cr, ASCII.lf], at: blank))
                rest = blank..<rest.upperBound
                indent = 0
            } else if let gap = lastGap(in: rest, upTo: limit, of: field) {
                edits.append(.insert([ASCII.cr, ASCII.lf, ASCII.space], at: gap))
                rest = gap..<rest.upperBound
                indent = 1
            } else {
                throw .headerLineTooLong
            }
        }
    }

    /// The last blank that text stands before and behind: no line may consist of blanks (RFC 5322 §3.2.2).
    private func lastBlank(in line: Range<Int>, upTo limit: Int, of field: HeaderField) -> Int? {
        let valueStart = max(line.lowerBound, Int(field.valueStart))
        guard let textStart = firstText(in: valueStart..<line.upperBound) else { return nil }
        var textEnd = line.upperBound
        while textEnd > textStart, octets[textEnd - 1].isBlank { textEnd -= 1 }
        var position = min(limit, textEnd - 1)
        while position > textStart {
            if octets[position].isBlank { return position }
            position -= 1
        }
        return nil
    }

    private func firstText(in range: Range<Int>) -> Int? {
        range.first { !octets[$0].isBlank }
    }

    /// Behind the last comma, semicolon or closing angle bracket outside of quotes and comments.
    private func lastGap(in line: Range<Int>, upTo limit: Int, of field: HeaderField) -> Int? {
        guard let separator = Self.separator(of: field.kind) else { return nil }
        var found: Int?
        var position = Int(field.valueStart)
        while position < min(limit, line.upperBound - 1) {
            switch octets[position] {
            case ASCII.quote:
                position = octets[field.value].endOfQuotedString(from: position) ?? line.upperBound
            case ASCII.openParenthesis:
                position = (octets[field.value].endOfComment(from: position) ?? line.upperBound) - 1
            case separator where position >= line.lowerBound:
                found = position + 1
            default:
                break
            }
            position += 1
        }
        return found.flatMap { $0 < limit && !octets[$0].isFoldingSpace ? $0 : nil }
    }

    private static func separator(of kind: HeaderField.Kind) -> UInt8? {
        switch kind {
        case .from, .sender, .replyTo, .to, .cc, .bcc: ASCII.comma
        case .inReplyTo, .references: ASCII.greater
        case .contentType, .contentDisposition: ASCII.semicolon
        default: nil
        }
    }
}
