internal import IMAP
internal import InternetMessage
internal import MailCore
internal import MailStore
internal import NIOCore
internal import Storage

/// A message while its response is written: its row, its octets, and what was not as it should be.
struct FetchedMessage {
    let row: MessageRow
    private let content: CheckedOctets
    private let store: Store
    private(set) var faults: FetchPage.Faults = []
    private var locator: SectionLocator?
    private var index: PartIndex?
    /// What was read from the message anew, where the store has lost it.
    private var facts: LostFacts?

    private struct LostFacts {
        let envelope: [UInt8]
        let bodyStructure: [UInt8]
        let preview: String

        init(parsing octets: UnsafeRawBufferPointer) {
            let facts = MessageFacts(parsing: octets)
            (envelope, bodyStructure, preview) = (facts.envelope, facts.bodyStructure, facts.preview)
        }
    }

    /// Octets of a message that is read anew.
    private static let rereadOctetsMax: Int64 = 64 << 20

    /// - Parameter content: the message's octets; `damaged` also where the plan does not read them.
    init(_ row: MessageRow, _ content: CheckedOctets, _ store: Store) {
        self.row = row
        self.content = content
        self.store = store
    }

    // MARK: What was read from it

    /// Lends the ENVELOPE; does nothing when there is none.
    mutating func withEnvelope(
        in transaction: SQLTransaction, _ body: (UnsafeRawBufferPointer) -> Void
    ) {
        if row.hasFacts { return row.withEnvelope(body) }
        readAnew(in: transaction)?.envelope.withUnsafeBytes(body)
    }

    /// Lends the BODYSTRUCTURE; does nothing when there is none.
    mutating func withBodyStructure(
        in transaction: SQLTransaction, _ body: (UnsafeRawBufferPointer) -> Void
    ) {
        if row.hasFacts { return row.withBodyStructure(body) }
        readAnew(in: transaction)?.bodyStructure.withUnsafeBytes(body)
    }

    /// Lends the BODY; does nothing when there is none.
    mutating func withBody(
        in transaction: SQLTransaction, _ body: (UnsafeRawBufferPointer) -> Void
    ) {
        if let known = MessageFacts.body(fromStructure: row.withBodyStructure { Array($0) }) {
            return known.withUnsafeBytes(body)
        }
        guard let facts = readAnew(in: transaction) else { return }
        MessageFacts.body(fromStructure: facts.bodyStructure)?.withUnsafeBytes(body)
    }

    /// Lends the preview; does nothing when there is none.
    mutating func withPreview(
        in transaction: SQLTransaction, _ body: (UnsafeRawBufferPointer) -> Void
    ) {
        if row.hasFacts { return row.withPreview(body) }
        guard var preview = readAnew(in: transaction)?.preview else { return }
        preview.withUTF8 { body(UnsafeRawBufferPointer($0)) }
    }

    // MARK: Sections

    /// All octets, in memory.
    struct WholeOctets {
        /// The copy's own header lines.
        let prefix: ByteBuffer
        let stored: ByteBuffer

        var count: UInt64 { UInt64(prefix.readableBytes + stored.readableBytes) }
    }

    /// All octets, where they are in memory.
    var whole: WholeOctets? {
        guard case .whole(let stored) = content else { return nil }
        return WholeOctets(prefix: prefix, stored: stored)
    }

    private var prefix: ByteBuffer {
        row.withPrefix { $0.isEmpty ? ByteBuffer() : ByteBuffer(bytes: $0) }
    }

    /// Where a section stands; nil when there is none, or the message is damaged.
    mutating func locate(_ section: SectionSpecification) -> LocatedSection? {
        guard let locator = knownLocator() else { return nil }
        if section.isWhole { return locator.whole }
        if section.part.isWhole, let entry = row.withParts({ PartIndex.messageEntry(decoding: $0) }) {
            return locator.locate(section.text, ofMessage: entry)
        }
        guard let index = knownIndex() else { return nil }
        if section.part.isWhole { return locator.locate(section.text, ofMessage: index.entries[0]) }
        return locator.locate(section, in: index)
    }

    /// Where a part stands and how it is encoded; nil when there is none, nobody can decode it, or the message is damaged.
    mutating func locateContent(_ part: PartPath) -> (LocatedSection, ContentTransferEncoding)? {
        guard let locator = knownLocator() else { return nil }
        // The message as a whole is not encoded (RFC 2045 §6).
        if part.isWhole { return (locator.whole, .binary) }
        guard let index = knownIndex(), let (section, encoding) = locator.locateContent(part, in: index) else {
            return nil
        }
        guard encoding != .other else {
            faults.insert(.unknownEncoding)
            return nil
        }
        return (section, encoding)
    }

    /// The next octets of a section.
    func next(_ reader: inout SectionReader) throws -> ByteBuffer? {
        try reader.next { try content.read($0, in: store) }
    }

    /// All octets of a section.
    func all(_ reader: SectionReader) throws -> ByteBuffer {
        var reader = reader
        return try reader.all { try content.read($0, in: store) }
    }

    /// How many octets a section has.
    func measure(_ reader: SectionReader) throws -> (octets: UInt64, content: LiteralContent) {
        try reader.measure { try content.read($0, in: store) }
    }

    /// A section that is read when it is sent.
    func stream(_ reader: SectionReader, octets: UInt64) -> SectionStream {
        SectionStream(row.email, content, reader, octetCount: octets)
    }

    private mutating func knownLocator() -> SectionLocator? {
        if let locator { return locator }
        let octetCount: Int64
        switch content {
        case .whole(let octets): octetCount = Int64(octets.readableBytes)
        case .large(let octets): octetCount = octets.count
        case .damaged:
            faults.insert(.damaged)
            return nil
        }
        let locator = SectionLocator(prefix: prefix, octetCount: octetCount)
        self.locator = locator
        return locator
    }

    private mutating func knownIndex() -> PartIndex? {
        if let index { return index }
        index = PartIndex(decoding: row.withParts { Array($0) }) ?? parsed { PartIndex(ParsedMessage(parsing: $0)) }
        if index == nil { faults.insert(.damaged) }
        return index
    }

    private mutating func readAnew(in transaction: SQLTransaction) -> LostFacts? {
        if facts == nil, case .damaged = content, let place = try? transaction.content(of: row.email) {
            facts = parse(.large(place)) { LostFacts(parsing: $0) }
        } else if facts == nil {
            facts = parsed { LostFacts(parsing: $0) }
        }
        if facts == nil { faults.insert(.damaged) }
        return facts
    }

    private func parsed<T>(_ parse: (UnsafeRawBufferPointer) -> T) -> T? { self.parse(content, parse) }

    /// Reads all octets; comparing them with their checksum is part of that.
    private func parse<T>(_ content: CheckedOctets, _ parse: (UnsafeRawBufferPointer) -> T) -> T? {
        switch content {
        case .whole(let octets): return octets.withUnsafeReadableBytes(parse)
        case .large(let place):
            guard place.count <= Self.rereadOctetsMax, let octets = try? store.octetsBlocking(place, 0..<place.count)
            else { return nil }
            return octets.withUnsafeReadableBytes(parse)
        case .damaged: return nil
        }
    }
}
