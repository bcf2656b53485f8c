internal import Glibc
internal import MailCore
internal import Storage

/// Makes one segment of several that stand in a row, a page of each at a time; documents that are gone are left out.
struct SegmentMerge {
    let account: AccountID
    /// In the order of their documents.
    let segments: [SearchTables.Segment]
    let transaction: SQLTransaction

    /// How many segments of about one size become one, and how much larger that is.
    static let fanOut = 8
    /// Documents of a segment that merging makes, at most: what a merge costs at once is bounded.
    static let documentsMax: Int64 = 131_072

    /// The segments at the end that are due: eight of a size, or more of a smaller one.
    static func due(_ segments: [SearchTables.Segment]) -> ArraySlice<SearchTables.Segment>? {
        guard let last = segments.last else { return nil }
        let level = Self.level(last)
        var start = segments.count - 1
        while start > 0, Self.level(segments[start - 1]) <= level { start -= 1 }
        let run = segments[start...]
        guard run.count >= fanOut, run.reduce(0, { $0 + $1.documents }) <= documentsMax else { return nil }
        return run
    }

    private static func level(_ segment: SearchTables.Segment) -> Int {
        (64 - max(1, UInt64(clamping: segment.documents)).leadingZeroBitCount - 1) / 3
    }

    /// Puts the new segment in the place of the old ones.
    func run() throws {
        guard let first = segments.first?.firstDocument, let last = segments.last?.lastDocument else { return }
        let live = try self.live(first...last)
        if live.isEmpty {
            for segment in segments { try SearchTables.remove(segment, in: transaction) }
            return
        }
        try SearchTables.addSegment(
            account, documents: first...last, count: Int64(live.count), in: transaction
        ) { page in
            var cursors = try segments.map { try TermCursor($0, transaction) }
            var writer = PageWriter()
            var postings: [UInt8] = []
            while let smallest = smallest(cursors) {
                let term = cursors[smallest].term
                postings.removeAll(keepingCapacity: true)
                var previous: UInt32 = 0
                for place in cursors.indices where !cursors[place].isAtEnd && cursors[place].term == term {
                    let distance = UInt32(truncatingIfNeeded: segments[place].firstDocument - first)
                    cursors[place].forEachDocument { document, zones in
                        let document = document &+ distance
                        guard live.contains(Int(document)), document >= previous else { return }
                        Postings.append(document - previous, zones, to: &postings)
                        previous = document
                    }
                    try cursors[place].advance()
                }
                guard !postings.isEmpty else { continue }
                let full = term.withUnsafeBufferPointer { term in
                    postings.withUnsafeBufferPointer { writer.append(term, $0) }
                }
                if let full { try page(full) }
            }
            if let rest = writer.finish() { try page(rest) }
        }
        for segment in segments { try SearchTables.remove(segment, in: transaction) }
    }

    private func live(_ documents: ClosedRange<Int64>) throws -> BitSet {
        var live = BitSet(capacity: documents.count)
        try transaction.query(
            "SELECT document FROM document WHERE account = ?1 AND document BETWEEN ?2 AND ?3",
            .integer(account.rawValue), .integer(documents.lowerBound), .integer(documents.upperBound)
        ) { live.insert(Int($0.integer(0) - documents.lowerBound)) }
        return live
    }

    private func smallest(_ cursors: [TermCursor]) -> Int? {
        var smallest: Int?
        for place in cursors.indices where !cursors[place].isAtEnd {
            if let known = smallest, !cursors[place].term.lexicographicallyPrecedes(cursors[known].term) { continue }
            smallest = place
        }
        return smallest
    }
}

/// Goes through a segment's terms in their order, with a page in memory.
struct TermCursor {
    /// The term at hand.
    private(set) var term: [UInt8] = []
    private(set) var isAtEnd = false
    private let segment: SearchTables.Segment
    private let transaction: SQLTransaction
    private var nextPage: Int64 = 0
    private var terms: [UInt8] = []
    private var postings: [UInt8] = []
    private var termPosition = 0
    private var postingPosition = 0
    private var documents = 0..<0

    init(_ segment: SearchTables.Segment, _ transaction: SQLTransaction) throws {
        self.segment = segment
        self.transaction = transaction
        try advance()
    }

    /// Goes on to the next term.
    mutating func advance() throws {
        while termPosition >= terms.count {
            guard nextPage < segment.pages else {
                isAtEnd = true
                return
            }
            let key = segment.pageKey(nextPage)
            terms = try transaction.first("SELECT octets FROM terms_page WHERE page = ?1", key) { $0.octets(0) } ?? []
            postings =
                try transaction.first("SELECT octets FROM postings_page WHERE page = ?1", key) { $0.octets(0) } ?? []
            nextPage += 1
            termPosition = 0
            postingPosition = 0
        }
        if terms[termPosition] == PageWriter.mark { termPosition += 6 }
        let end = terms[min(termPosition, terms.count)...].firstIndex(of: 0) ?? terms.count
        term = Array(terms[min(termPosition, end)..<end])
        termPosition = end + 1
        postings.withUnsafeBytes { octets in
            var reader = PageReader(octets: octets, position: postingPosition)
            let count = Int(reader.varint())
            documents = reader.position..<min(reader.position + count, octets.count)
            postingPosition = documents.upperBound
        }
    }

    func forEachDocument(_ body: (UInt32, SearchZones) -> Void) {
        postings.withUnsafeBytes { octets in
            Postings.forEach(in: UnsafeRawBufferPointer(rebasing: octets[documents]), body)
        }
    }
}
