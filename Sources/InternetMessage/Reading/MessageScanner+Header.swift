/// Reading the header of a message or part (RFC 5322 §2.2, RFC 2046 §5.1).
extension MessageScanner {
    /// Reads from `position` to behind the empty line that ends the header, or to a boundary line that ends it early.
    ///
    /// A line that is no field continues the field before it, as RFC 7103 §7.2 advises, unless the header never ends:
    /// then the empty line is missing and the body begins with that line.
    mutating func readHeader(of part: Int, isMessage: Bool) {
        var header = HeaderReading(start: position)
        if isMessage { skipEnvelopeLine() }
        while position < octets.end, header.end == nil {
            readHeaderLine(&header)
        }
        if header.end != .emptyLine, let body = header.firstStrayLine {
            position = body.start
            lines = body.linesBefore
            if let last = header.lastField { end(field: last, at: position) }
        }
        parts[part].header = ByteRange(header.start, position)
        parts[part].body = ByteRange(position, position)
        parts[part].fieldsEnd = Int32(fields.count)
    }

    /// What is known of a header while its lines are read.
    private struct HeaderReading {
        let start: Int
        /// The field that continues in lines that begin with white space; nil when it was not recorded.
        var lastField: Int?
        /// The first of the lines, since the last field, that are none.
        var firstStrayLine: (start: Int, linesBefore: Int32)?
        var end: End?
        /// The boundary that this header declares, once it was asked for: empty when there is none.
        var declaredBoundary: [UInt8]?
        var contentType: Int?

        init(start: Int) { self.start = start }

        enum End {
            case emptyLine
            case boundary
        }
    }

    /// Takes one line; `position` is then behind it, or at it when it is a boundary.
    private mutating func readHeaderLine(_ header: inout HeaderReading) {
        let start = position
        let first = octets[start]
        let newline = octets.first(ASCII.lf, from: start)
        let next = newline.map { $0 + 1 } ?? octets.end
        if first == ASCII.lf || first == ASCII.cr && newline == start + 1 {
            header.end = .emptyLine
        } else if first == ASCII.hyphen, octets[start + 1] == ASCII.hyphen, isBoundary(at: start, &header) {
            header.end = .boundary
            return
        } else if !first.isBlank, let nameEnd = endOfName(from: start) {
            appendField(start: start, nameEnd: nameEnd, end: next, &header)
        } else {
            if !first.isBlank, header.firstStrayLine == nil { header.firstStrayLine = (start, lines) }
            if let last = header.lastField { end(field: last, at: next) }
        }
        position = next
        if newline != nil { lines += 1 }
    }

    private mutating func appendField(start: Int, nameEnd: Int, end: Int, _ header: inout HeaderReading) {
        header.firstStrayLine = nil
        header.lastField = nil
        guard fields.count < limits.fieldsMax else { return }
        var colon = nameEnd
        while octets[colon].isBlank { colon += 1 }
        let kind = HeaderField.Kind(name: start..<nameEnd, in: octets)
        if kind == .contentType, header.contentType == nil { header.contentType = fields.count }
        header.lastField = fields.count
        fields.append(
            HeaderField(
                whole: ByteRange(start, end), nameCount: Int32(nameEnd - start), valueStart: Int32(colon + 1),
                kind: kind))
    }

    private mutating func end(field: Int, at end: Int) {
        fields[field].whole = ByteRange(fields[field].whole.lowerBound, end)
    }

    /// The position behind the name of the field that begins at `start`; nil when none begins there.
    ///
    /// A name is printable ASCII (RFC 5322 §2.2); blanks may stand between it and its colon (§4.5).
    private func endOfName(from start: Int) -> Int? {
        var end = start
        while octets[end] > ASCII.space, octets[end] < 0x7F, octets[end] != ASCII.colon { end += 1 }
        guard end > start else { return nil }
        var colon = end
        while octets[colon].isBlank { colon += 1 }
        return octets[colon] == ASCII.colon ? end : nil
    }

    /// True when the line is a boundary: of an open multipart, or of the one that this header declares.
    private func isBoundary(at start: Int, _ header: inout HeaderReading) -> Bool {
        if !boundaries.isEmpty, delimiter(at: start, linesBefore: lines) != nil { return true }
        guard let contentType = header.contentType else { return false }
        if header.declaredBoundary == nil {
            let type = MediaTypeScan(octets[fields[contentType].value])
            header.declaredBoundary = type?.boundary(limits: limits) ?? []
        }
        guard let boundary = header.declaredBoundary, !boundary.isEmpty else { return false }
        return isDelimiter(boundary, at: start)
    }

    /// Skips the line that mbox files have before each message; it stays among the octets of the header.
    private mutating func skipEnvelopeLine() {
        let mark = Array("From ".utf8)
        let start = octets[position] == ASCII.greater ? position + 1 : position
        guard octets.matches(mark, at: start) else { return }
        if let newline = octets.first(ASCII.lf, from: position) {
            position = newline + 1
            lines += 1
        } else {
            position = octets.end
        }
    }
}
