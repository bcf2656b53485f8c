/// The one pass over a message that finds its headers and parts. No octet is looked at more than a bounded number of
/// times, whatever the message is: lines are found by memchr, and only lines that begin with two hyphens are compared
/// with the boundaries that are open.
struct MessageScanner {
    let octets: Octets
    let limits: MessageLimits
    var parts: [Part] = []
    var fields: [HeaderField] = []
    /// Parts were left unread because of ``MessageLimits/partsMax`` or ``MessageLimits/depthMax``.
    var limitReached = false

    /// The next octet to look at; in a body it is the first one of a line.
    var position = 0
    /// Line ends before `position`.
    var lines: Int32 = 0
    /// Parts whose end was not met yet, outermost first.
    var open: [OpenPart] = []
    /// The boundaries of `open`.
    var boundaries = OpenBoundaries()

    struct OpenPart {
        let part: Int
        /// Empty for what is no multipart, and once the closing boundary was met.
        var boundary: [UInt8] = []
        let linesBefore: Int32
        let isDigest: Bool
    }

    init(_ octets: Octets, limits: MessageLimits) {
        self.octets = octets
        self.limits = limits
    }

    /// Reads the whole message.
    mutating func scan() {
        beginPart(in: nil, as: .defaultText)
        while let delimiter = nextDelimiter() {
            closeParts(above: delimiter.level, at: delimiter)
            if delimiter.isClosing {
                boundaries.remove(open[delimiter.level].boundary)
                open[delimiter.level].boundary = []
            } else {
                let parent = open[delimiter.level]
                beginPart(in: parent.part, as: parent.isDigest ? .defaultMessage : .defaultText)
            }
        }
        closeParts(above: -1, at: nil)
    }

    /// Appends a part whose header begins here, reads that header and, for an encapsulated message, that of the
    /// message within, and so on; `position` is then at the innermost body.
    private mutating func beginPart(in parent: Int?, as defaultSource: Part.MediaTypeSource) {
        var parent = parent
        var defaultSource = defaultSource
        while true {
            let position = appendPart(in: parent)
            readHeader(of: position, isMessage: parent.map { parts[$0].kind == .message } ?? true)
            settleMediaType(of: position, default: defaultSource)
            if parts.count >= limits.partsMax {
                makeLast(position)
                return
            }
            guard parts[position].kind == .message else { return }
            parent = position
            defaultSource = .defaultText
        }
    }

    private mutating func appendPart(in parent: Int?) -> Int {
        let position = parts.count
        var part = Part()
        part.fieldsStart = Int32(fields.count)
        part.fieldsEnd = part.fieldsStart
        if let parent {
            part.parentPosition = Int32(parent)
            part.ordinal = parts[parent].childCount
            let previous = Int(parts[parent].lastChildPosition)
            if previous < 0 {
                parts[parent].firstChildPosition = Int32(position)
            } else {
                parts[previous].nextSiblingPosition = Int32(position)
            }
            parts[parent].lastChildPosition = Int32(position)
            parts[parent].childCount += 1
        }
        parts.append(part)
        return position
    }

    /// No part may follow: this one runs on to the end of the message, whatever boundaries it meets.
    private mutating func makeLast(_ position: Int) {
        if parts[position].kind != .leaf {
            parts[position].kind = .leaf
            parts[position].mediaTypeSource = .opaque
        }
        limitReached = true
        boundaries.removeAll()
        for level in open.indices { open[level].boundary = [] }
    }

    /// Decides by the header that was just read what the part is, and opens it.
    private mutating func settleMediaType(of position: Int, default defaultSource: Part.MediaTypeSource) {
        var boundary: [UInt8] = []
        var isDigest = false
        let type = field(.contentType, of: position).flatMap { MediaTypeScan(octets[$0.value]) }
        if let field = field(.contentTransferEncoding, of: position) {
            parts[position].encoding = ContentTransferEncoding(parsing: octets[field.value].copy()[...])
        }
        if let type {
            parts[position].mediaTypeSource = .declared
            if octets.equalsIgnoringCase(type.type, "multipart") {
                // Without a boundary it has no structure: its text is shown as it stands (RFC 2045 §5.2).
                boundary = type.boundary(limits: limits) ?? []
                isDigest = octets.equalsIgnoringCase(type.subtype, "digest")
                parts[position].kind = boundary.isEmpty ? .leaf : .multipart
                if boundary.isEmpty { parts[position].mediaTypeSource = .defaultText }
            } else if octets.equalsIgnoringCase(type.type, "message"), isMessage(type.subtype) {
                parts[position].kind = .message
            }
        } else {
            parts[position].mediaTypeSource = defaultSource
            if defaultSource == .defaultMessage { parts[position].kind = .message }
        }
        // A message may not be encoded (RFC 2046 §5.2.1); message/global may, and is then a file to us.
        let isUnreadable = parts[position].kind == .message && !parts[position].encoding.isIdentity
        let isTooDeep = parts[position].kind != .leaf && open.count >= limits.depthMax - 1
        if isUnreadable || isTooDeep {
            parts[position].kind = .leaf
            parts[position].mediaTypeSource = .opaque
            boundary = []
            limitReached = limitReached || isTooDeep
        }
        if !boundary.isEmpty { boundaries.add(boundary, at: open.count) }
        open.append(OpenPart(part: position, boundary: boundary, linesBefore: lines, isDigest: isDigest))
    }

    private func isMessage(_ subtype: Range<Int>) -> Bool {
        octets.equalsIgnoringCase(subtype, "rfc822") || octets.equalsIgnoringCase(subtype, "global")
    }

    /// The first field of a kind in a part's header. Where a field is there twice, the first one counts.
    private func field(_ kind: HeaderField.Kind, of position: Int) -> HeaderField? {
        fields[Int(parts[position].fieldsStart)...].first { $0.kind == kind }
    }

    /// Ends all parts within `level` at a boundary line, or at the end of the message.
    ///
    /// The line end before a boundary belongs to the boundary (RFC 2046 §5.1.1), unless it ends a header that has no
    /// body: then it stays with that header, and with the parts around it.
    private mutating func closeParts(above level: Int, at delimiter: Delimiter?) {
        var endOfInner = 0
        while open.count > level + 1, let closed = open.popLast() {
            if !closed.boundary.isEmpty { boundaries.remove(closed.boundary) }
            let start = parts[closed.part].body.lowerBound
            var end = octets.end
            var lineCount = (delimiter?.linesBefore ?? lines) - closed.linesBefore
            if let delimiter {
                end = max(endOfInner, endOfBody(from: start, before: delimiter.lineStart))
                if end < delimiter.lineStart { lineCount -= 1 }
            }
            endOfInner = end
            parts[closed.part].body = ByteRange(start, end)
            parts[closed.part].bodyLines = lineCount
            // A multipart in which no part was found: its text is shown as it stands.
            if parts[closed.part].kind == .multipart, parts[closed.part].childCount == 0 {
                parts[closed.part].kind = .leaf
                parts[closed.part].mediaTypeSource = .defaultText
            }
        }
    }

    private func endOfBody(from start: Int, before lineStart: Int) -> Int {
        guard lineStart > start else { return start }
        let end = lineStart - 1
        return end > start && octets[end - 1] == ASCII.cr ? end - 1 : end
    }
}
