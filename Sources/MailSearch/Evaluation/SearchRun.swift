internal import InternetMessage
internal import MailCore
internal import MailStore
internal import NIOCore
internal import Storage
internal import Synchronization

/// One search while it runs: what its pages share. Used by one thread at a time, which its caller awaits.
final class SearchRun: @unchecked Sendable {
    let key: MailboxKey
    let filter: MessageFilter
    /// The messages among which it looks, ascending.
    let uids: [UInt32]
    let limits: MailSearchLimits
    private let mailStore: MailStore
    /// Nil without an index, and when it has failed: then all is read.
    private var index: SearchIndex?
    private let images: MailboxImages
    /// Set from any thread by who does not want the result any more.
    let isCancelled = Atomic(false)
    private var candidates: [SearchText: SearchIndex.Candidates] = [:]
    private var image: MailboxImage?
    let keywords: [Keyword]

    init(
        _ filter: MessageFilter, _ key: MailboxKey, among: UIDSet, mailStore: MailStore, index: SearchIndex?,
        images: MailboxImages, limits: MailSearchLimits
    ) {
        self.filter = filter
        self.key = key
        self.mailStore = mailStore
        self.index = index
        self.images = images
        self.limits = limits
        var uids: [UInt32] = []
        uids.reserveCapacity(among.count)
        for range in among.ranges { uids.append(contentsOf: range) }
        self.uids = uids
        keywords = filter.keywords
    }

    /// What the index says of a text; nil without an index.
    func candidates(_ text: SearchText) throws -> SearchIndex.Candidates? {
        if let known = candidates[text] { return known }
        guard let found = try asking({ try $0.candidates(text, key.account) }) else { return nil }
        candidates[text] = found
        return found
    }

    /// The documents of messages in their order, -1 for those that are not indexed.
    func documents(of uids: ArraySlice<UInt32>, _ transaction: SQLTransaction) throws -> [Int32] {
        let unknown = [Int32](repeating: -1, count: uids.count)
        guard let first = uids.first, let last = self.uids.last else { return unknown }
        if image == nil { image = try asking { try images.image(key, $0, lastUID: last, transaction) } }
        guard let image else { return unknown }
        var place = image.uids.partitioned { $0 >= first }
        return uids.map { uid in
            while place < image.uids.count, image.uids[place] < uid { place += 1 }
            return place < image.uids.count && image.uids[place] == uid ? image.documents[place] : -1
        }
    }

    /// What is remembered of all flags; nil where rows have to be read.
    func flags(_ demand: MailStore.FlagsDemand, _ transaction: SQLTransaction) throws -> MailboxFlags? {
        try mailStore.flags(of: key, demand, in: transaction)
    }

    /// Whole messages; nil for one that is not what was written.
    func octets(_ contents: [StoredOctets]) throws -> [ByteBuffer?] { try mailStore.store.octetsBlocking(contents) }

    /// What is compared of messages; those that the index does not have are left out.
    func forEachFacts(_ emails: [EmailID], _ body: (Int, SortingFacts) -> Void) throws {
        _ = try asking { try $0.forEachFacts(emails, body) }
    }

    /// Asks the index; one that fails is not asked again, and is begun anew at the next start when it is damaged.
    private func asking<T>(_ body: (SearchIndex) throws -> T) throws -> T? {
        guard let asked = index else { return nil }
        do {
            return try body(asked)
        } catch let error as StorageError {
            if error.code == .corrupt { asked.database.discard() }
            index = nil
            return nil
        }
    }
}

extension MessageFilter {
    /// The keywords that are asked about.
    fileprivate var keywords: [Keyword] {
        switch self {
        case .keyword(let keyword): [keyword]
        case .and(let filters), .or(let filters): filters.flatMap(\.keywords)
        case .not(let filter): filter.keywords
        default: []
        }
    }

    /// Whether texts are looked for.
    var hasText: Bool {
        switch self {
        case .text: true
        case .and(let filters), .or(let filters): filters.contains(where: \.hasText)
        case .not(let filter): filter.hasText
        default: false
        }
    }

    /// What deciding it for a message costs, from cheap to dear; those of one cost share what they read.
    var cost: Int {
        switch self {
        case .all, .nothing, .uids: 0
        case .flagged, .unflagged, .keyword, .received, .saved, .octets, .modSeq, .email, .thread: 1
        case .sent: 2
        case .text: 3
        case .and(let filters), .or(let filters): filters.map(\.cost).max() ?? 0
        case .not(let filter): filter.cost
        }
    }
}
