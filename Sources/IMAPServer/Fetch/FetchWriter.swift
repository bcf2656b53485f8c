internal import IMAP
internal import InternetMessage
internal import MailCore
internal import MailStore
internal import NIOCore
internal import Storage

/// Writes the responses of one page.
struct FetchWriter {
    private let job: FetchJob
    private let transaction: SQLTransaction
    private let itemsOfNewlySeen: [FetchAttribute]
    private var writer: IMAPResponseWriter
    private var page: FetchPage
    /// Octets of `page.pieces`.
    private var octetsBefore = 0
    /// The keywords that were met last, as the store keeps them: neighbours often have the same.
    private var lastKeywords: [UInt8] = []
    private var keywords: Set<Keyword> = []

    /// What a response that tells nothing but flags depends on.
    private struct FlagsKey: Hashable {
        let flags: SystemFlags
        let list: UInt32
        let recency: Recency
    }

    private var flagsResponses: [FlagsKey: FlagsResponse] = [:]
    private var lastFlags: (key: FlagsKey, response: FlagsResponse)?

    /// A piece of at least so many octets is sent as it is, not copied behind others.
    private static let copiedOctetsMax = 32 << 10
    /// Octets of sections that are held for one page; what is more is read when it is sent.
    private static let heldOctetsMax = 2 << 20

    /// Messages that fill a page, about.
    private static let messagesOfPage = 256
    /// Octets of the response that fills a page, about.
    private static let roomOctets = 8 << 10
    /// What stands around the octets of a message, about.
    private static let linesOctets = 512

    /// Nothing is written yet.
    init(_ job: FetchJob, clock: ModSeq, in transaction: SQLTransaction) {
        self.job = job
        self.transaction = transaction
        itemsOfNewlySeen = job.newlySeen.isEmpty ? [] : job.plan.itemsOfNewlySeen
        writer = IMAPResponseWriter(dialect: job.plan.dialect)
        // Room for a full page, where there are messages to fill it.
        if !job.plan.readsContent, job.messageCount >= Self.messagesOfPage {
            writer.reserve(FetchJob.pageOctets + Self.roomOctets)
        }
        page = FetchPage(clock: clock, end: FetchWalk.Place(), isLast: true)
    }

    /// Octets written so far.
    private var octetCount: Int { octetsBefore + writer.octetCount }

    private var demand: ScanDemand { octetCount < FetchJob.pageOctets ? .more : .enough }

    /// Makes room for these messages.
    mutating func reserve(for contents: [CheckedOctets]) {
        var octets = 0
        for case .whole(let content) in contents where content.readableBytes < Self.copiedOctetsMax {
            octets += content.readableBytes + Self.linesOctets
        }
        writer.reserve(octets)
    }

    /// The page, all of whose messages were written.
    mutating func finish(at end: FetchWalk) -> FetchPage {
        endPiece()
        page.keywords = keywords.sorted()
        page.end = end.place
        page.isLast = end.isOver
        return page
    }

    /// Writes one message's response.
    ///
    /// - Parameter content: its octets, where the plan reads them.
    /// - Returns: whether there is room for more.
    @discardableResult
    mutating func write(
        _ row: MessageRow, _ number: SequenceNumber, _ content: CheckedOctets = .damaged
    ) throws -> ScanDemand {
        let uid = row.uid
        var message = FetchedMessage(row, content, job.store)
        var items = writer.beginFetch(number, uid)
        for attribute in job.plan.items { try write(attribute, of: &message, &items) }
        if !itemsOfNewlySeen.isEmpty, job.newlySeen.contains(uid) {
            for attribute in itemsOfNewlySeen { try write(attribute, of: &message, &items) }
        }
        if items.isEmpty { writer.fetchUID(uid, &items) }
        writer.endFetch(items)
        page.told.append(uid)
        page.faults.formUnion(message.faults)
        return demand
    }

    /// Writes one message's flags, from memory.
    ///
    /// - Returns: whether there is room for more.
    mutating func write(
        _ message: MailboxFlags.Message, _ number: SequenceNumber, in flags: MailboxFlags
    ) -> ScanDemand {
        let recency = job.tellsRecent ? job.view.recency(of: message.uid) : .old
        let key = FlagsKey(flags: message.flags, list: message.list, recency: recency)
        if key != lastFlags?.key { lastFlags = (key, response(key, in: flags)) }
        if let response = lastFlags?.response { writer.fetch(number, message.uid, response) }
        page.told.append(message.uid)
        return demand
    }

    private mutating func response(_ key: FlagsKey, in flags: MailboxFlags) -> FlagsResponse {
        if let known = flagsResponses[key] { return known }
        let keywords = flags.keywords(inList: key.list)
        keywords.withUnsafeBytes { note($0) }
        let items = job.plan.items.map { $0 == .uid ? FlagsResponse.Item.uid : .flags }
        let response = FlagsResponse(items, key.flags, keywords: keywords, key.recency, dialect: job.plan.dialect)
        flagsResponses[key] = response
        return response
    }

    private mutating func write(
        _ attribute: FetchAttribute, of message: inout FetchedMessage, _ items: inout IMAPResponseWriter.FetchItems
    ) throws {
        let row = message.row
        switch attribute {
        case .uid: writer.fetchUID(row.uid, &items)
        case .flags:
            let recency = job.tellsRecent ? job.view.recency(of: row.uid) : .old
            row.withKeywords { keywords in
                writer.fetchFlags(row.flags, keywords: keywords, recency, &items)
                if !keywords.isEmpty { note(keywords) }
            }
        case .internalDate:
            writer.fetchInternalDate(InternalDate(secondsSince1970: row.internalDate), &items)
        case .size: writer.fetchSize(UInt64(clamping: row.octets), &items)
        case .modSeq: writer.fetchModSeq(row.modSeq, &items)
        case .emailID: writer.fetchEmailID(row.email.objectID, &items)
        case .threadID: writer.fetchThreadID(row.thread.objectID, &items)
        case .saveDate: writer.fetchSaveDate(InternalDate(secondsSince1970: row.saveDate), &items)
        case .envelope: message.withEnvelope(in: transaction) { writer.fetchEnvelope($0, &items) }
        case .bodyStructure: message.withBodyStructure(in: transaction) { writer.fetchBodyStructure($0, &items) }
        case .body: message.withBody(in: transaction) { writer.fetchBody($0, &items) }
        case .preview: message.withPreview(in: transaction) { writer.fetchPreview($0, &items) }
        case .section(let fetch): try write(fetch, of: &message, &items)
        case .binary(let fetch): try write(fetch, of: &message, &items)
        case .binarySize(let part): try writeSize(part, of: &message, &items)
        }
    }

    private mutating func note(_ text: UnsafeRawBufferPointer) {
        guard !lastKeywords.elementsEqual(text) else { return }
        lastKeywords = Array(text)
        for word in text.split(separator: UInt8(ascii: " ")) {
            if let keyword = Keyword(String(decoding: word, as: UTF8.self)) { keywords.insert(keyword) }
        }
    }

    // MARK: Sections

    private mutating func write(
        _ fetch: SectionFetch, of message: inout FetchedMessage, _ items: inout IMAPResponseWriter.FetchItems
    ) throws {
        if fetch.section.isWhole, fetch.range == nil, let octets = message.whole, canHold(octets.count) {
            // What clients ask for most.
            writer.fetchSection(fetch, octets: octets.count, content: .text, &items)
            write(octets.prefix)
            return write(octets.stored)
        }
        guard let section = message.locate(fetch.section) else { return writer.fetchNoSection(fetch, &items) }
        let transform = SectionTransform(fetch.section)
        let reader = SectionReader(section, transform, fetch.range)
        if transform == .none {
            let wanted = fetch.range?.clamped(to: UInt64(section.octetCount)) ?? 0..<UInt64(section.octetCount)
            let count = wanted.upperBound - wanted.lowerBound
            // The octets are what was accepted, also where NUL is among them, which came by BINARYMIME alone: clients count
            // octets. RFC 9051 §9 has no literal8 here, RFC 3516 §6 would have the part encoded anew, and its signature broken.
            writer.fetchSection(fetch, octets: count, content: .text, &items)
            return try write(reader, octets: count, of: message)
        }
        if canHold(section) {
            let octets = try message.all(reader)
            writer.fetchSection(fetch, octets: UInt64(octets.readableBytes), content: .text, &items)
            return write(octets)
        }
        let (count, _) = try message.measure(reader)
        writer.fetchSection(fetch, octets: count, content: .text, &items)
        try write(reader, octets: count, of: message)
    }

    private mutating func write(
        _ fetch: BinaryFetch, of message: inout FetchedMessage, _ items: inout IMAPResponseWriter.FetchItems
    ) throws {
        guard let (section, encoding) = message.locateContent(fetch.part) else {
            return writer.fetchNoBinary(fetch, &items)
        }
        let reader = SectionReader(section, .decoding(encoding), fetch.range)
        if canHold(section) {
            let octets = try message.all(reader)
            let content: LiteralContent = octets.holdsNUL ? .binary : .text
            writer.fetchBinary(fetch, octets: UInt64(octets.readableBytes), content: content, &items)
            return write(octets)
        }
        let (count, content) = try message.measure(reader)
        writer.fetchBinary(fetch, octets: count, content: content, &items)
        try write(reader, octets: count, of: message)
    }

    private mutating func writeSize(
        _ part: PartPath, of message: inout FetchedMessage, _ items: inout IMAPResponseWriter.FetchItems
    ) throws {
        guard let (section, encoding) = message.locateContent(part) else {
            // What is not there has no octets; the size of what cannot be read is not known.
            if message.faults.isEmpty { writer.fetchBinarySize(part, octets: 0, &items) }
            return
        }
        let (count, _) = try message.measure(SectionReader(section, .decoding(encoding), nil))
        writer.fetchBinarySize(part, octets: count, &items)
    }

    /// Whether what is made of a section may be held: it has no more octets than the section.
    private func canHold(_ section: LocatedSection) -> Bool { canHold(UInt64(clamping: section.octetCount)) }

    private func canHold(_ octets: UInt64) -> Bool {
        octets <= UInt64(CheckedOctets.wholeOctetsMax) && octetCount + Int(octets) <= Self.heldOctetsMax
    }

    /// Writes a literal's octets, or leaves them to be read when they are sent.
    private mutating func write(_ reader: SectionReader, octets count: UInt64, of message: FetchedMessage) throws {
        var reader = reader
        if canHold(count) {
            while let piece = try message.next(&reader) { write(piece) }
        } else {
            endPiece()
            page.pieces.append(.stream(message.stream(reader, octets: count)))
        }
    }

    private mutating func write(_ octets: ByteBuffer) {
        guard octets.readableBytes >= Self.copiedOctetsMax else { return writer.write(octets) }
        endPiece()
        octetsBefore += octets.readableBytes
        page.pieces.append(.octets(octets))
    }

    private mutating func endPiece() {
        guard writer.octetCount > 0 else { return }
        octetsBefore += writer.octetCount
        page.pieces.append(.octets(writer.take()))
    }
}
