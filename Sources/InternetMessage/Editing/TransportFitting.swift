internal import MailCore

/// Finds the edits that make a message fit for a transport: what is too wide for it is encoded, part by part, and the
/// labels say what is there (RFC 2045 §6, RFC 6152 §3). What fits already is not touched.
///
/// Only leaves are encoded; signed and encrypted parts stay whole. A part's turn comes after those within it, so that
/// its label covers them.
struct TransportFitting {
    /// Why it is done.
    enum Purpose {
        /// The author's server may say what a header must contain (RFC 6409 §8).
        case submission
        /// Somebody else's message, which changes in nothing but its encodings.
        case relay
    }

    /// What is done with a part.
    private enum Handling {
        /// Looked into.
        case open
        /// As a leaf: kept or encoded.
        case encodable
        /// Not changed, nor anything in it.
        case whole
        /// Within one that is taken as a whole.
        case covered
    }

    let message: ParsedMessage
    let octets: Octets
    let purpose: Purpose
    private let widest: EnvelopeParameters.BodyType
    private var handling: [Handling] = []
    /// What each part's body asks of the transport, once it was fitted.
    private var bodies: [EnvelopeParameters.BodyType]
    /// Fields that are put at the end of a part's header.
    private var additions: [Int: [UInt8]] = [:]
    /// Positions of fields that are replaced or taken out.
    private var goneFields: Set<Int> = []
    private var edits: [MessageEdit] = []
    /// The header of the message or of its parts has UTF-8: the message needs SMTPUTF8 (RFC 6531 §3.2).
    private(set) var hasUTF8Header = false

    /// `widest` is the widest content that the transport carries.
    init(
        _ message: ParsedMessage, in octets: Octets, widest: EnvelopeParameters.BodyType, for purpose: Purpose
    ) {
        self.message = message
        self.octets = octets
        self.widest = widest
        self.purpose = purpose
        bodies = [EnvelopeParameters.BodyType](repeating: .sevenBit, count: message.parts.count)
    }

    /// What the message's body asks of the transport once it was fitted.
    var body: EnvelopeParameters.BodyType { bodies[0] }

    /// Fits all parts.
    mutating func fit() throws(TransportObstacle) {
        for part in message.parts.indices { handling.append(decide(part)) }
        for part in message.parts.indices.reversed() where handling[part] != .covered {
            var body = try fitBody(of: part)
            bodies[part] = body
            if try fitHeader(of: part) { body = body.wider(.eightBitMIME) }
            if let parent = message.parts[part].parent { bodies[parent] = bodies[parent].wider(body) }
        }
    }

    /// The edits found.
    func finish() -> MessageEdits {
        let insertions = additions.map { insertion(of: $0.value, in: $0.key) }
        return MessageEdits(edits + insertions.filter { $0.content != .octets([]) })
    }

    private func decide(_ part: Int) -> Handling {
        let entry = message.parts[part]
        if let parent = entry.parent, handling[parent] != .open { return .covered }
        guard entry.kind != .leaf else { return .encodable }
        guard let value = message.field(.contentType, of: part), let type = MediaTypeScan(octets[value.value]) else {
            return .open
        }
        switch entry.kind {
        case .multipart where isSubtype(type, "signed") || isSubtype(type, "encrypted"):
            return .whole
        case .message where isSubtype(type, "global"):
            // Its headers have 8-bit octets, so that a transport of 7 bits gets all of it encoded (RFC 6532 §3.7).
            return TransportCensus(octets[entry.body]).body.isWider(than: widest) ? .encodable : .open
        default:
            return .open
        }
    }

    private func isSubtype(_ type: MediaTypeScan, _ name: StaticString) -> Bool {
        octets.equalsIgnoringCase(type.subtype, name)
    }

    private mutating func fitBody(of part: Int) throws(TransportObstacle) -> EnvelopeParameters.BodyType {
        switch handling[part] {
        case .encodable:
            return try fitLeaf(part)
        case .whole:
            return try fitWhole(part)
        case .open:
            let body = bodies[part].wider(try fitBetweenParts(of: part))
            relabel(part, body)
            return body
        case .covered:
            return .sevenBit
        }
    }

    /// What must stay whole fits or does not. Long lines alone are let pass: they are common and mostly survive.
    private func fitWhole(_ part: Int) throws(TransportObstacle) -> EnvelopeParameters.BodyType {
        let census = TransportCensus(octets[message.parts[part].body])
        let body: EnvelopeParameters.BodyType =
            census.hasNUL || census.hasBareLineEnd ? .binaryMIME : census.hasEightBit ? .eightBitMIME : .sevenBit
        if body.isWider(than: widest) { throw .signedPart }
        return body
    }
}

// MARK: Leaves

extension TransportFitting {
    private mutating func fitLeaf(_ part: Int) throws(TransportObstacle) -> EnvelopeParameters.BodyType {
        let window = octets[message.parts[part].body]
        let body = TransportCensus(window).body
        guard body.isWider(than: widest) else {
            relabel(part, body)
            return body
        }
        let source = message.parts[part].encoding
        guard source != .other else { throw .unknownEncoding }
        guard mayBeEncoded(part) else { throw .structure }
        let target = target(for: part, window)
        edits.append(
            MessageEdit(
                range: message.parts[part].body,
                content: .recoded(MessageEdit.Recoding(source: source, target: target))))
        label(part, target.encoding)
        return .sevenBit
    }

    /// RFC 2045 §6.4: composite types have no encoding of their own; RFC 6532 §3.7 lifts that for message/global.
    private func mayBeEncoded(_ part: Int) -> Bool {
        guard message.parts[part].mediaTypeSource != .opaque else { return false }
        guard let value = message.field(.contentType, of: part), let type = MediaTypeScan(octets[value.value]) else {
            return true
        }
        if octets.equalsIgnoringCase(type.type, "multipart") { return false }
        guard octets.equalsIgnoringCase(type.type, "message") else { return true }
        let start = type.subtype.lowerBound
        return octets.equalsIgnoringCase(start..<min(start + 6, type.subtype.upperBound), "global")
    }

    /// Quoted-printable where people may read it raw, if it is the shorter one; else base64.
    private func target(for part: Int, _ window: Octets) -> MessageEdit.Recoding.Target {
        guard message.parts[part].encoding.isIdentity, ContentType(of: part, in: message, octets).isText else {
            return .base64
        }
        var census = ContentCensus(boundaryPrefix: "")
        window.withUnsafeBytes { census.look(at: $0.assumingMemoryBound(to: UInt8.self).span) }
        census.finish()
        guard census.shorterEncoding == .quotedPrintable else { return .base64 }
        // A line that is broken anew could begin with what was no boundary before.
        var ancestor = message.parts[part].parent
        while let position = ancestor {
            if let boundary = boundary(of: position), window.contains(delimiter: [0x2D, 0x2D] + boundary) {
                return .base64
            }
            ancestor = message.parts[position].parent
        }
        return .quotedPrintable
    }

    private func boundary(of part: Int) -> [UInt8]? {
        guard message.parts[part].kind == .multipart else { return nil }
        return message.field(.contentType, of: part)
            .flatMap { MediaTypeScan(octets[$0.value]) }?
            .boundary(limits: message.limits)
    }
}

// MARK: Between parts

extension TransportFitting {
    /// Looks at a multipart's boundary lines, and at the text before the first and behind the last of them, which is
    /// taken out when it does not fit: no reader shows it (RFC 2046 §5.1.1).
    private mutating func fitBetweenParts(of part: Int) throws(TransportObstacle) -> EnvelopeParameters.BodyType {
        guard message.parts[part].kind == .multipart else { return .sevenBit }
        let body = message.parts[part].body
        var found = EnvelopeParameters.BodyType.sevenBit
        var position = body.lowerBound
        for (number, child) in message.children(of: part).enumerated() {
            let headerStart = message.parts[child].header.lowerBound
            let line = lineStart(before: headerStart, notBefore: position)
            if number == 0 { found = found.wider(fitIgnored(position..<line)) }
            found = found.wider(try fitDelimiter((number == 0 ? line : position)..<headerStart))
            position = message.parts[child].body.upperBound
        }
        guard position < body.upperBound else { return found }
        // The end of line that belongs to the closing boundary, then that itself.
        var line = position
        while octets[line] == ASCII.cr || octets[line] == ASCII.lf, line < body.upperBound { line += 1 }
        let end = octets[line..<body.upperBound].first(ASCII.lf, from: line).map { $0 + 1 } ?? body.upperBound
        found = found.wider(try fitDelimiter(position..<end))
        return found.wider(fitIgnored(end..<body.upperBound))
    }

    private mutating func fitIgnored(_ range: Range<Int>) -> EnvelopeParameters.BodyType {
        let body = TransportCensus(octets[range]).body
        guard body.isWider(than: widest) else { return body }
        edits.append(.remove(ByteRange(range.lowerBound, range.upperBound)))
        return .sevenBit
    }

    private func fitDelimiter(_ range: Range<Int>) throws(TransportObstacle) -> EnvelopeParameters.BodyType {
        let census = TransportCensus(octets[range])
        guard census.body.isWider(than: widest) else { return census.body }
        throw census.hasBareLineEnd ? .bareLineEnd : .structure
    }

    /// The beginning of the line that ends at `end`.
    private func lineStart(before end: Int, notBefore start: Int) -> Int {
        var position = max(start, end - 1)
        while position > start, octets[position - 1] != ASCII.lf { position -= 1 }
        return position
    }
}

// MARK: Labels

extension TransportFitting {
    /// Changes a label that promises more than the transport carries. One that promises less than there is, is mended
    /// only for the author: to a relay it is somebody else's words.
    private mutating func relabel(_ part: Int, _ body: EnvelopeParameters.BodyType) {
        let label: EnvelopeParameters.BodyType
        switch message.parts[part].encoding {
        case .sevenBit: label = .sevenBit
        case .eightBit: label = .eightBitMIME
        case .binary: label = .binaryMIME
        case .quotedPrintable, .base64, .uuencode, .other: return
        }
        let isLying = purpose == .submission && body.isWider(than: label)
        if isLying || label.isWider(than: widest) { self.label(part, body.encoding) }
    }

    private mutating func label(_ part: Int, _ encoding: ContentTransferEncoding) {
        let line = Array("Content-Transfer-Encoding: \(encoding.rawValue)\r\n".utf8)
        var isThere = false
        for field in message.parts[part].fields where message.fields[field].kind == .contentTransferEncoding {
            if isThere { remove(field: field) } else { replace(field: field, by: line) }
            isThere = true
        }
        let isMessage = message.parts[part].parent.map { message.parts[$0].kind == .message } ?? true
        if isMessage, !hasField("mime-version", part) { add(Array("MIME-Version: 1.0\r\n".utf8), to: part) }
        describe(part)
        if !isThere { add(line, to: part) }
    }

    /// Says of text that says nothing about itself which characters it has (RFC 2045 §5.2); what is not UTF-8 is of
    /// a charset that nobody knows (RFC 1428 §3).
    private mutating func describe(_ part: Int) {
        let entry = message.parts[part]
        guard entry.kind == .leaf, entry.mediaTypeSource == .defaultText, entry.encoding.isIdentity,
            message.field(.contentType, of: part) == nil
        else { return }
        let window = octets[entry.body]
        let charset = !TransportCensus(window).hasEightBit ? "us-ascii" : window.isUTF8 ? "utf-8" : "unknown-8bit"
        add(Array("Content-Type: text/plain; charset=\(charset)\r\n".utf8), to: part)
    }

    private func hasField(_ name: StaticString, _ part: Int) -> Bool {
        message.fields[message.parts[part].fields].contains { octets.equalsIgnoringCase($0.name.range, name) }
    }
}

// MARK: Headers

extension TransportFitting {
    /// Takes a field out, by its position in ``ParsedMessage/fields``.
    mutating func remove(field: Int) {
        if goneFields.insert(field).inserted { edits.append(.remove(message.fields[field].whole)) }
    }

    /// Puts a line, with its CRLF, in a field's place.
    mutating func replace(field: Int, by line: [UInt8]) {
        if goneFields.insert(field).inserted { edits.append(.replace(message.fields[field].whole, by: line)) }
    }

    /// Puts lines at the end of a part's header; none makes sure that the empty line is there.
    mutating func add(_ lines: [UInt8], to part: Int) {
        additions[part, default: []].append(contentsOf: lines)
    }

    /// Folds what is too long. True when the header has 8-bit octets that count for the parts around this one.
    private mutating func fitHeader(of part: Int) throws(TransportObstacle) -> Bool {
        let census = TransportCensus(octets[message.parts[part].header])
        if census.hasNUL { throw .nulInHeader }
        if census.hasBareLineEnd { throw .bareLineEnd }
        if census.hasEightBit { try noteEightBit(part) }
        if census.hasLongLine {
            let folding = HeaderFolding(octets)
            for field in message.parts[part].fields where !goneFields.contains(field) {
                edits += try folding.edits(of: message.fields[field])
            }
            try checkStrayLines(part)
        }
        return census.hasEightBit
    }

    private mutating func noteEightBit(_ part: Int) throws(TransportObstacle) {
        if widest == .sevenBit { throw .headerNeedsUTF8 }
        // The header of a message within is content: it has come from elsewhere as it is.
        guard !isEncapsulated(part) else { return }
        if purpose == .submission, !octets[message.parts[part].header].isUTF8 { throw .headerNotUTF8 }
        hasUTF8Header = true
    }

    private func isEncapsulated(_ part: Int) -> Bool {
        var ancestor = message.parts[part].parent
        while let position = ancestor {
            if message.parts[position].kind == .message { return true }
            ancestor = message.parts[position].parent
        }
        return false
    }

    /// What stands before the first field cannot be folded.
    private func checkStrayLines(_ part: Int) throws(TransportObstacle) {
        let entry = message.parts[part]
        let end =
            entry.fields.isEmpty ? entry.header.upperBound : message.fields[entry.fields.lowerBound].whole.lowerBound
        if TransportCensus(octets[entry.header.lowerBound..<end]).hasLongLine { throw .headerLineTooLong }
    }

    /// Before the empty line; where that is missing, lines come with one.
    private func insertion(of lines: [UInt8], in part: Int) -> MessageEdit {
        let header = message.parts[part].header
        var position = header.upperBound
        if position > header.lowerBound, octets[position - 1] == ASCII.lf {
            position -= 1
            if position > header.lowerBound, octets[position - 1] == ASCII.cr { position -= 1 }
            let isEmptyLine = position == header.lowerBound || octets[position - 1] == ASCII.lf
            if isEmptyLine { return .insert(lines, at: position) }
            return .insert(lines + [ASCII.cr, ASCII.lf], at: header.upperBound)
        }
        let lineEnd = header.isEmpty ? [] : [ASCII.cr, ASCII.lf]
        return .insert(lineEnd + lines + [ASCII.cr, ASCII.lf], at: header.upperBound)
    }
}

extension EnvelopeParameters.BodyType {
    /// 7bit, 8bit, binary: each carries what those before it do.
    func isWider(than other: Self) -> Bool { rawValue > other.rawValue }
    func wider(_ other: Self) -> Self { isWider(than: other) ? self : other }

    /// The label of such content.
    var encoding: ContentTransferEncoding {
        switch self {
        case .sevenBit: .sevenBit
        case .eightBitMIME: .eightBit
        case .binaryMIME: .binary
        }
    }
}
