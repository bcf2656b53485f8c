/// Finding boundary lines (RFC 2046 §5.1.1).
extension MessageScanner {
    /// A boundary line of the multipart at `level` of the open parts.
    struct Delimiter {
        let level: Int
        let isClosing: Bool
        let lineStart: Int
        /// Line ends before it.
        let linesBefore: Int32
    }

    /// Goes on to behind the next boundary line; nil, and at the end, when there is none.
    mutating func nextDelimiter() -> Delimiter? {
        var line = position
        var count = lines
        let isWaiting = !boundaries.isEmpty
        defer {
            position = line
            lines = count
        }
        while line < octets.end {
            if isWaiting, octets[line] == ASCII.hyphen, octets[line + 1] == ASCII.hyphen,
                let delimiter = delimiter(at: line, linesBefore: count)
            {
                if let newline = octets.first(ASCII.lf, from: line) {
                    line = newline + 1
                    count += 1
                } else {
                    line = octets.end
                }
                return delimiter
            }
            guard let newline = octets.first(ASCII.lf, from: line) else {
                line = octets.end
                return nil
            }
            line = newline + 1
            count += 1
        }
        return nil
    }

    /// The open multipart whose boundary the line at `lineStart` is: the innermost, when several have the same one.
    ///
    /// The whole line must be the boundary, but for blanks behind it: RFC 2046 §5.1.1 lets a reader compare the
    /// beginning alone, and then a boundary that begins like another one would end the wrong part.
    func delimiter(at lineStart: Int, linesBefore: Int32) -> Delimiter? {
        let lineEnd = octets.first(ASCII.lf, from: lineStart) ?? octets.end
        let end = endWithoutBlanks(lineStart + 2, lineEnd)
        return boundaries.level(of: octets[lineStart + 2..<end]).map {
            Delimiter(level: $0.level, isClosing: $0.isClosing, lineStart: lineStart, linesBefore: linesBefore)
        }
    }

    /// True when the line at `lineStart` is the boundary, or the closing one, that `boundary` makes.
    func isDelimiter(_ boundary: [UInt8], at lineStart: Int) -> Bool {
        let lineEnd = octets.first(ASCII.lf, from: lineStart) ?? octets.end
        let end = endWithoutBlanks(lineStart + 2, lineEnd)
        guard octets.matches(boundary, at: lineStart + 2) else { return false }
        let rest = end - lineStart - 2 - boundary.count
        return rest == 0 || rest == 2 && octets[end - 1] == ASCII.hyphen && octets[end - 2] == ASCII.hyphen
    }

    private func endWithoutBlanks(_ start: Int, _ end: Int) -> Int {
        var end = end
        while end > start, octets[end - 1].isFoldingSpace { end -= 1 }
        return max(start, end)
    }
}
