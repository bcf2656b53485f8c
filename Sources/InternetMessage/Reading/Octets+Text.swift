extension Octets {
    /// The position behind the comment that opens at `position` (RFC 5322 §3.2.2); nil when it never closes.
    func endOfComment(from position: Int) -> Int? {
        var depth = 0
        var position = position
        while position < end {
            switch self[position] {
            case ASCII.openParenthesis: depth += 1
            case ASCII.closeParenthesis:
                depth -= 1
                if depth == 0 { return position + 1 }
            case ASCII.backslash: position += 1
            default: break
            }
            position += 1
        }
        return nil
    }

    /// The position of the quote that closes the string opened at `position`; nil when none does.
    func endOfQuotedString(from position: Int) -> Int? {
        var position = position + 1
        while position < end {
            if self[position] == ASCII.quote { return position }
            position += self[position] == ASCII.backslash ? 2 : 1
        }
        return nil
    }

    /// The text between quotes: escapes undone (RFC 5322 §3.2.4), line ends of folding taken out.
    func unquoted(_ range: Range<Int>) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(range.count)
        var position = range.lowerBound
        while position < range.upperBound {
            var octet = self[position]
            position += 1
            if octet == ASCII.cr || octet == ASCII.lf { continue }
            if octet == ASCII.backslash, position < range.upperBound {
                octet = self[position]
                position += 1
            }
            text.append(octet)
        }
        return text
    }

    /// The window without blanks and line ends around it.
    func trimmed() -> Octets {
        var lower = start
        var upper = end
        while lower < upper, self[lower].isFoldingSpace { lower += 1 }
        while upper > lower, self[upper - 1].isFoldingSpace { upper -= 1 }
        return self[lower..<upper]
    }

    /// An unstructured value in one line: line ends taken out (RFC 5322 §2.2.3), blanks trimmed at both ends.
    ///
    /// A stray line that was taken for a continuation has no blank before it: a space is put there (RFC 7103 §7.2).
    func unfolded() -> [UInt8] {
        let line = trimmed()
        guard line.first(ASCII.lf, from: line.start) != nil || line.first(ASCII.cr, from: line.start) != nil else {
            return line.copy()
        }
        var text: [UInt8] = []
        text.reserveCapacity(line.count)
        for position in line.start..<line.end {
            switch line[position] {
            case ASCII.cr: continue
            case ASCII.lf: if !line[position + 1].isFoldingSpace { text.append(ASCII.space) }
            case let octet: text.append(octet)
            }
        }
        return text
    }
}
