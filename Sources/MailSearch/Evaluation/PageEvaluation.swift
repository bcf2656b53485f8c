internal import InternetMessage
internal import MailCore
internal import MailStore
internal import NIOCore
internal import Storage
internal import Synchronization

/// Decides which of a page's messages a filter lets through: what is cheap first, what is dear for what is left alone.
///
/// Sets of messages are bits by the message's place in the page.
struct PageEvaluation {
    let run: SearchRun
    let transaction: SQLTransaction
    /// The messages of the page.
    let uids: ArraySlice<UInt32>
    private var rows: MessageRows
    private var documents: [Int32]?

    init(_ run: SearchRun, _ page: Range<Int>, _ transaction: SQLTransaction) {
        self.run = run
        self.transaction = transaction
        uids = run.uids[page]
        rows = MessageRows(uids, asking: run.keywords)
    }

    /// The messages that fit.
    mutating func evaluate() throws -> BitSet {
        try evaluate(run.filter, BitSet(all: uids.count))
    }

    /// The highest MODSEQ of messages; nil for none.
    mutating func highestModSeq(_ found: BitSet) throws -> ModSeq? {
        try rows.load(found, run.key, transaction)
        var highest: Int64 = 0
        found.forEach { highest = max(highest, rows.modSeqs[$0]) }
        return highest > 0 ? ModSeq(rawValue: highest) : nil
    }

    private mutating func evaluate(_ filter: MessageFilter, _ among: BitSet) throws -> BitSet {
        guard !among.isEmpty else { return among }
        switch filter {
        case .all: return among
        case .nothing: return BitSet(capacity: uids.count)
        case .and(let filters): return try all(of: filters, among)
        case .or(let filters):
            var found = BitSet(capacity: uids.count)
            for filter in filters.sorted(by: { $0.cost < $1.cost }) {
                found.formUnion(try evaluate(filter, among.subtracting(found)))
            }
            return found
        case .not(let filter): return among.subtracting(try evaluate(filter, among))
        case .uids(let wanted): return filtered(among) { wanted.contains(UID(rawValue: uids[uids.startIndex + $0])) }
        case .sent(let days): return try sent(days, among)
        case .text(let text): return try find(text, among)
        case .flagged, .unflagged, .keyword: return try compareFlags(filter, among)
        default: return try compareRows(filter, among)
        }
    }

    /// From memory, if many are asked about and it is known.
    private mutating func compareFlags(_ filter: MessageFilter, _ among: BitSet) throws -> BitSet {
        let count = among.count
        let demand: MailStore.FlagsDemand = count * 2 > uids.count ? .all : .remembered
        guard count > run.limits.readRatherMax, let first = uids.first, let last = uids.last,
            let flags = try run.flags(demand, transaction)
        else { return try compareRows(filter, among) }
        let fits: (MailboxFlags.Message) -> Bool
        switch filter {
        case .flagged(let wanted): fits = { $0.flags.isSuperset(of: wanted) }
        case .unflagged(let unwanted): fits = { $0.flags.isDisjoint(with: unwanted) }
        case .keyword(let keyword): fits = flags.having(keyword)
        default: return try compareRows(filter, among)
        }
        var found = BitSet(capacity: uids.count)
        var place = uids.startIndex
        flags.scan(first...last) { message in
            while place < uids.endIndex, uids[place] < message.uid.rawValue { place += 1 }
            guard place < uids.endIndex else { return .enough }
            let position = place - uids.startIndex
            if uids[place] == message.uid.rawValue, among.contains(position), fits(message) { found.insert(position) }
            return .more
        }
        return found
    }

    private mutating func all(of filters: [MessageFilter], _ among: BitSet) throws -> BitSet {
        var left = among
        let sorted = filters.sorted { $0.cost < $1.cost }
        for filter in sorted where filter.cost == 0 { left = try evaluate(filter, left) }
        // What the index rules out needs no row.
        for filter in filters {
            if case .text(let text) = filter, left.count > run.limits.readRatherMax {
                left = try withoutImpossible(text, left)
            }
        }
        for filter in sorted where filter.cost > 0 {
            guard !left.isEmpty else { break }
            left = try evaluate(filter, left)
        }
        return left
    }

    private func filtered(_ among: BitSet, _ fits: (Int) -> Bool) -> BitSet {
        var found = BitSet(capacity: uids.count)
        among.forEach { if fits($0) { found.insert($0) } }
        return found
    }

    private mutating func compareRows(_ filter: MessageFilter, _ among: BitSet) throws -> BitSet {
        try rows.load(among, run.key, transaction)
        var there = among
        there.formIntersection(rows.present)
        let rows = rows
        switch filter {
        case .flagged(let flags): return filtered(there) { rows.flags[$0] & flags.rawValue == flags.rawValue }
        case .unflagged(let flags): return filtered(there) { rows.flags[$0] & flags.rawValue == 0 }
        case .keyword(let keyword):
            there.formIntersection(rows.keywords[keyword] ?? BitSet(capacity: 0))
            return there
        case .received(let range): return filtered(there) { range.contains(rows.received[$0]) }
        case .saved(let range): return filtered(there) { range.contains(rows.saved[$0]) }
        case .octets(let range): return filtered(there) { range.contains(rows.octets[$0]) }
        case .modSeq(let least): return filtered(there) { rows.modSeqs[$0] >= least.rawValue }
        case .email(let email): return filtered(there) { rows.emails[$0] == email.rawValue }
        case .thread(let thread): return filtered(there) { rows.threads[$0] == thread.rawValue }
        default: return BitSet(capacity: uids.count)
        }
    }

    // MARK: The Date field

    private mutating func sent(_ days: Range<Int64>, _ among: BitSet) throws -> BitSet {
        try rows.load(among, run.key, transaction)
        var unknown = among
        unknown.formIntersection(rows.present)
        var places: [Int] = []
        unknown.forEach { places.append($0) }
        var found = BitSet(capacity: uids.count)
        try run.forEachFacts(places.map { EmailID(rawValue: rows.emails[$0]) }) { place, facts in
            unknown.remove(places[place])
            if let day = facts.sentDay, days.contains(day) { found.insert(places[place]) }
        }
        try read(unknown) { place, text in
            let facts = SortingFacts(ParsedMessage(parsing: text.octets), in: text.octets)
            if let day = facts.sentDay, days.contains(day) { found.insert(place) }
        }
        return found
    }

    // MARK: Texts

    private mutating func documentNumbers() throws -> [Int32] {
        if let documents { return documents }
        let numbers = try run.documents(of: uids, transaction)
        documents = numbers
        return numbers
    }

    private mutating func withoutImpossible(_ text: SearchText, _ among: BitSet) throws -> BitSet {
        guard let candidates = try run.candidates(text) else { return among }
        let documents = try documentNumbers()
        return filtered(among) { documents[$0] < 0 || candidates.documents.contains(Int(documents[$0])) }
    }

    private mutating func find(_ text: SearchText, _ among: BitSet) throws -> BitSet {
        var found = BitSet(capacity: uids.count)
        var unread = among
        if among.count > run.limits.readRatherMax, let candidates = try run.candidates(text) {
            let documents = try documentNumbers()
            among.forEach { place in
                let document = Int(documents[place])
                guard document >= 0 else { return }
                if !candidates.documents.contains(document) {
                    unread.remove(place)
                } else if candidates.isDecided {
                    unread.remove(place)
                    found.insert(place)
                }
            }
        }
        try read(unread) { place, message in
            if message.matches(text) { found.insert(place) }
        }
        return found
    }

    /// Hands over messages whole, some together.
    private func read(_ places: BitSet, _ body: (Int, MessageText) throws -> Void) throws {
        guard !places.isEmpty else { return }
        var rest = MessageRows.uids(places, of: uids)
        var place = uids.startIndex
        while !rest.isEmpty {
            if run.isCancelled.load(ordering: .relaxed) { throw CancellationError() }
            var batch: [(place: Int, prefix: [UInt8], content: StoredOctets)] = []
            var octets: Int64 = 0
            rest = try MailStore.page(of: rest, in: run.key, .content, transaction) { row in
                while place < uids.endIndex, uids[place] < row.uid.rawValue { place += 1 }
                let content = row.content
                batch.append((place - uids.startIndex, row.withPrefix { [UInt8]($0) }, content))
                octets += content.count
                return octets < run.limits.readOctetsMax && batch.count < 256 ? .more : .enough
            }
            let messages = try run.octets(batch.map(\.content))
            for (entry, message) in zip(batch, messages) {
                // One that is not what was written has no text.
                guard let message else { continue }
                try message.withUnsafeReadableBytes {
                    try body(entry.place, MessageText(prefix: entry.prefix, octets: $0))
                }
            }
        }
    }
}

extension PageEvaluation {
    /// What is compared of all messages of the page that are there, ascending.
    mutating func sortedMessages() throws -> [MailSearch.SortedMessage] {
        try rows.load(BitSet(all: uids.count), run.key, transaction)
        var places: [Int] = []
        rows.present.forEach { places.append($0) }
        var facts = [SortingFacts?](repeating: nil, count: uids.count)
        try run.forEachFacts(places.map { EmailID(rawValue: rows.emails[$0]) }) { facts[places[$0]] = $1 }
        var unknown = BitSet(capacity: uids.count)
        for place in places where facts[place] == nil { unknown.insert(place) }
        try read(unknown) { place, text in
            facts[place] = SortingFacts(ParsedMessage(parsing: text.octets), in: text.octets)
        }
        return places.map { place in
            MailSearch.SortedMessage(
                uid: UID(rawValue: uids[uids.startIndex + place]), internalDate: rows.received[place],
                octets: rows.octets[place], facts: facts[place] ?? SortingFacts())
        }
    }
}
