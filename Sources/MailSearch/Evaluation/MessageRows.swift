internal import MailCore
internal import MailStore
internal import Storage

/// The rows of a page's messages, as far as they were read.
struct MessageRows {
    /// Messages whose rows were read, and those of them that there are.
    private(set) var read: BitSet
    private(set) var present: BitSet
    private(set) var flags: [UInt8]
    private(set) var modSeqs: [Int64]
    private(set) var received: [Int64]
    private(set) var saved: [Int64]
    private(set) var octets: [Int64]
    private(set) var emails: [Int64]
    private(set) var threads: [Int64]
    /// Messages that have each of the keywords that the search asks about.
    private(set) var keywords: [Keyword: BitSet] = [:]
    private let uids: ArraySlice<UInt32>

    init(_ uids: ArraySlice<UInt32>, asking keywords: [Keyword]) {
        self.uids = uids
        read = BitSet(capacity: uids.count)
        present = BitSet(capacity: uids.count)
        flags = [UInt8](repeating: 0, count: uids.count)
        modSeqs = [Int64](repeating: 0, count: uids.count)
        received = modSeqs
        saved = modSeqs
        octets = modSeqs
        emails = modSeqs
        threads = modSeqs
        for keyword in keywords { self.keywords[keyword] = BitSet(capacity: uids.count) }
    }

    /// Reads the rows of these messages, but for those that were read already.
    mutating func load(_ wanted: BitSet, _ key: MailboxKey, _ transaction: SQLTransaction) throws {
        let missing = wanted.subtracting(read)
        guard !missing.isEmpty else { return }
        read.formUnion(missing)
        var place = uids.startIndex
        try MailStore.rows(of: Self.uids(missing, of: uids), in: key, [], transaction) { row in
            while place < uids.endIndex, uids[place] < row.uid.rawValue { place += 1 }
            guard place < uids.endIndex, uids[place] == row.uid.rawValue else { return }
            let position = place - uids.startIndex
            present.insert(position)
            flags[position] = row.flags.rawValue
            modSeqs[position] = row.modSeq.rawValue
            received[position] = row.internalDate
            saved[position] = row.saveDate
            octets[position] = row.octets
            emails[position] = row.email.rawValue
            threads[position] = row.thread.rawValue
            if !keywords.isEmpty { note(row.keywords, position) }
        }
    }

    private mutating func note(_ texts: [String], _ position: Int) {
        for text in texts {
            guard let keyword = Keyword(text), keywords[keyword] != nil else { continue }
            keywords[keyword]?.insert(position)
        }
    }

    /// The numbers of messages by their places.
    static func uids(_ places: BitSet, of uids: ArraySlice<UInt32>) -> UIDSet {
        var set = UIDSet()
        places.forEach { set.append(UID(rawValue: uids[uids.startIndex + $0])) }
        return set
    }
}
