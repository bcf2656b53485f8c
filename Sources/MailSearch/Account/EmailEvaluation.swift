internal import InternetMessage
internal import MailCore
internal import MailStore
internal import Storage

/// What messages say that had to be read for a query.
struct EmailAnswers: Sendable {
    /// Whether a text is in them, as far as that was looked at.
    var texts: [SearchText: [Int64: Bool]] = [:]
    /// What they are sorted by; kept in the image when the query is evaluated again.
    var facts: [Int64: SortTexts.Facts] = [:]
}

/// Messages that have to be read before a query can be answered.
struct EmailQuestions: Sendable {
    var texts: [SearchText: [EmailID]] = [:]
    var facts: [EmailID] = []

    var isEmpty: Bool { texts.isEmpty && facts.isEmpty }
}

/// Decides which e-mails of an account a filter lets through, column by column, and puts them in order.
///
/// Sets of e-mails are bits by their place in the image.
struct EmailEvaluation {
    let account: AccountID
    let transaction: SQLTransaction
    let index: SearchIndex?
    let answers: EmailAnswers
    private(set) var questions = EmailQuestions()
    private var candidates: [SearchText: SearchIndex.Candidates] = [:]
    private var shares: [EmailKeyword: [Share]] = [:]
    private var isSynchronized = false

    init(_ account: AccountID, _ transaction: SQLTransaction, _ index: SearchIndex?, _ answers: EmailAnswers) {
        self.account = account
        self.transaction = transaction
        self.index = index
        self.answers = answers
    }

    /// The e-mails of the list in its order, by their places. It is no answer while there are `questions`.
    mutating func list(_ query: EmailQuery, _ image: inout AccountImage) throws -> [Int32] {
        let found = try evaluate(query.filter, all(of: image), &image)
        let sorted = try sort(found, query.sort, &image)
        return query.collapse == .none ? sorted : collapsed(sorted, image)
    }

    private func all(of image: AccountImage) -> BitSet {
        var all = BitSet(capacity: image.emails.count)
        image.emails.withUnsafeBufferPointer { emails in
            for place in emails.indices where emails[place] != 0 { all.insert(place) }
        }
        return all
    }

    private func collapsed(_ places: [Int32], _ image: AccountImage) -> [Int32] {
        var seen = BitSet(capacity: image.threadIDs.count)
        var kept: [Int32] = []
        kept.reserveCapacity(places.count)
        for place in places {
            let thread = Int(image.threads[Int(place)])
            guard !seen.contains(thread) else { continue }
            seen.insert(thread)
            kept.append(place)
        }
        return kept
    }

    // MARK: Filters

    private mutating func evaluate(
        _ filter: EmailFilter, _ among: BitSet, _ image: inout AccountImage
    ) throws -> BitSet {
        switch filter {
        case .all: return among
        case .nothing: return BitSet(capacity: image.emails.count)
        case .and(let filters):
            var left = among
            for filter in filters.sorted(by: { $0.cost < $1.cost }) where !left.isEmpty {
                left = try evaluate(filter, left, &image)
            }
            return left
        case .or(let filters):
            var found = BitSet(capacity: image.emails.count)
            for filter in filters.sorted(by: { $0.cost < $1.cost }) {
                found.formUnion(try evaluate(filter, among.subtracting(found), &image))
            }
            return found
        case .not(let filter): return among.subtracting(try evaluate(filter, among, &image))
        case .thread(let share, let keyword): return thread(share, keyword, among, image)
        case .hasAttachment: return try attachments(among, &image)
        case .text(let text): return try find(text, among, &image)
        default: return column(filter, among, image)
        }
    }

    private func column(_ filter: EmailFilter, _ among: BitSet, _ image: AccountImage) -> BitSet {
        switch filter {
        case .inMailbox(let mailbox): return inMailboxes(among, image) { $0.contains(mailbox.rawValue) }
        case .inAny(let wanted):
            return inMailboxes(among, image) { $0.contains { wanted.contains(MailboxID(rawValue: $0)) } }
        case .inMailboxBeside(let others):
            return inMailboxes(among, image) { $0.contains { !others.contains(MailboxID(rawValue: $0)) } }
        case .received(let range): return among.filtered { range.contains(image.received[$0]) }
        case .octets(let range): return among.filtered { range.contains(image.octets[$0]) }
        case .keyword(let keyword): return having(keyword, among, image)
        case .emails(let emails): return among.filtered { emails.contains(EmailID(rawValue: image.emails[$0])) }
        default: return BitSet(capacity: image.emails.count)
        }
    }

    private func inMailboxes(_ among: BitSet, _ image: AccountImage, _ fits: ([Int64]) -> Bool) -> BitSet {
        let sets = image.mailboxSets.map(fits)
        return among.filtered { sets[Int(image.mailboxes[$0])] }
    }

    private func having(_ keyword: EmailKeyword, _ among: BitSet, _ image: AccountImage) -> BitSet {
        switch keyword {
        case .flag(let flag): return among.filtered { image.flags[$0] & flag.rawValue != 0 }
        case .word(let word):
            let sets = image.keywordSets.map { $0.contains(word) }
            return among.filtered { sets[Int(image.keywords[$0])] }
        }
    }

    /// How many e-mails of a conversation there are, and how many of them have a keyword.
    private struct Share {
        var all: Int32 = 0
        var having: Int32 = 0
    }

    private mutating func share(of keyword: EmailKeyword, _ image: AccountImage) -> [Share] {
        if let known = shares[keyword] { return known }
        var counts = [Share](repeating: Share(), count: image.threadIDs.count)
        let having = having(keyword, all(of: image), image)
        for place in image.order {
            counts[Int(image.threads[Int(place)])].all += 1
            if having.contains(Int(place)) { counts[Int(image.threads[Int(place)])].having += 1 }
        }
        shares[keyword] = counts
        return counts
    }

    private mutating func thread(
        _ share: ThreadShare, _ keyword: EmailKeyword, _ among: BitSet, _ image: AccountImage
    ) -> BitSet {
        let counts = self.share(of: keyword, image)
        return among.filtered { place in
            let count = counts[Int(image.threads[place])]
            return switch share {
            case .all: count.having == count.all
            case .some: count.having > 0
            case .none: count.having == 0
            }
        }
    }

    private func attachments(_ among: BitSet, _ image: inout AccountImage) throws -> BitSet {
        var found = BitSet(capacity: image.emails.count)
        try among.forEach { place in
            if image.attachments[place] == .unknown {
                let has = try MailStore.hasAttachment(EmailID(rawValue: image.emails[place]), in: transaction)
                image.attachments[place] = has ?? false ? .some : .none
            }
            if image.attachments[place] == .some { found.insert(place) }
        }
        return found
    }

    // MARK: Texts

    /// Those that the index decides about, and those that were read; the others become questions.
    private mutating func find(
        _ text: SearchText, _ among: BitSet, _ image: inout AccountImage
    ) throws -> BitSet {
        var found = BitSet(capacity: image.emails.count)
        let candidates = try candidates(text, &image)
        let known = answers.texts[text] ?? [:]
        var unknown: [EmailID] = []
        among.forEach { place in
            let document = Int(image.documents[place])
            if let candidates, document >= 0 {
                guard candidates.documents.contains(document) else { return }
                if candidates.isDecided { return found.insert(place) }
            }
            switch known[image.emails[place]] {
            case true?: found.insert(place)
            case false?: break
            case nil: unknown.append(EmailID(rawValue: image.emails[place]))
            }
        }
        if !unknown.isEmpty { questions.texts[text] = unknown }
        return found
    }

    private mutating func candidates(
        _ text: SearchText, _ image: inout AccountImage
    ) throws -> SearchIndex.Candidates? {
        if let known = candidates[text] { return known }
        guard let index else { return nil }
        if !isSynchronized {
            try image.synchronize(with: index, account)
            isSynchronized = true
        }
        let found = try index.candidates(text, account)
        candidates[text] = found
        return found
    }

    // MARK: Order

    private mutating func sort(
        _ found: BitSet, _ comparators: [EmailComparator], _ image: inout AccountImage
    ) throws -> [Int32] {
        var places: [Int32] = []
        places.reserveCapacity(found.count)
        // What is compared behind the time of arrival is the same for no two e-mails but by chance.
        if let first = comparators.first, case .receivedAt = first.property, first.direction == .ascending {
            for place in image.order where found.contains(Int(place)) { places.append(place) }
        } else {
            for place in image.order.reversed() where found.contains(Int(place)) { places.append(place) }
        }
        guard let first = comparators.first, first.property != .receivedAt || comparators.count > 1 else {
            return places
        }
        if comparators.contains(where: \.readsFacts) { try readFacts(places, &image) }
        guard questions.facts.isEmpty else { return places }
        let columns = comparators.map { SortKeys(keys($0.property, places, image), $0.direction) }
        return places.indices.sorted { left, right in
            for key in columns {
                switch key.compare(left, right) {
                case .before: return true
                case .behind: return false
                case .same: continue
                }
            }
            return left < right
        }.map { places[$0] }
    }

    private mutating func keys(
        _ property: EmailComparator.Property, _ places: [Int32], _ image: AccountImage
    ) -> SortKeys.Values {
        switch property {
        case .receivedAt: return .numbers(places.map { image.received[Int($0)] })
        case .size: return .numbers(places.map { image.octets[Int($0)] })
        case .sentAt:
            return .numbers(places.map { image.sortTexts.facts($0)?.sent ?? image.received[Int($0)] })
        case .subject: return .texts(places.map { image.sortTexts.facts($0)?.subject ?? [] })
        case .from: return .texts(places.map { image.sortTexts.facts($0)?.from ?? [] })
        case .to: return .texts(places.map { image.sortTexts.facts($0)?.to ?? [] })
        case .hasKeyword(let keyword):
            let having = having(keyword, all(of: image), image)
            return .numbers(places.map { having.contains(Int($0)) ? 1 : 0 })
        case .allInThreadHaveKeyword(let keyword):
            let counts = share(of: keyword, image)
            return .numbers(
                places.map {
                    let count = counts[Int(image.threads[Int($0)])]
                    return count.having == count.all ? 1 : 0
                })
        case .someInThreadHaveKeyword(let keyword):
            let counts = share(of: keyword, image)
            return .numbers(places.map { counts[Int(image.threads[Int($0)])].having > 0 ? 1 : 0 })
        }
    }

    private mutating func readFacts(_ places: [Int32], _ image: inout AccountImage) throws {
        var unknown = places.filter { image.sortTexts.facts($0) == nil }
        if let index, !unknown.isEmpty {
            try index.forEachFacts(unknown.map { EmailID(rawValue: image.emails[Int($0)]) }) { position, facts in
                image.sortTexts.keep(SortTexts.Facts(facts), unknown[position])
            }
            unknown = unknown.filter { image.sortTexts.facts($0) == nil }
        }
        for place in unknown {
            let email = image.emails[Int(place)]
            if let facts = answers.facts[email] {
                image.sortTexts.keep(facts, place)
            } else {
                questions.facts.append(EmailID(rawValue: email))
            }
        }
    }
}

extension SortTexts.Facts {
    init(_ facts: SortingFacts) {
        self.init(
            sent: facts.sentSeconds, subject: facts.baseSubject, from: facts.displayFrom, to: facts.displayTo)
    }
}

/// What e-mails are compared by, each by its position among those that are sorted.
private struct SortKeys {
    enum Values {
        case numbers([Int64])
        case texts([[UInt8]])
    }

    enum Order {
        case before
        case same
        case behind
    }

    private let values: Values
    private let direction: EmailComparator.Direction

    init(_ values: Values, _ direction: EmailComparator.Direction) {
        self.values = values
        self.direction = direction
    }

    func compare(_ left: Int, _ right: Int) -> Order {
        let isLess: Bool
        switch values {
        case .numbers(let numbers):
            guard numbers[left] != numbers[right] else { return .same }
            isLess = numbers[left] < numbers[right]
        case .texts(let texts):
            guard texts[left] != texts[right] else { return .same }
            isLess = texts[left].lexicographicallyPrecedes(texts[right])
        }
        return isLess == (direction == .ascending) ? .before : .behind
    }
}

extension BitSet {
    /// Those for which the closure says yes.
    @inline(__always)
    func filtered(_ fits: (Int) -> Bool) -> BitSet {
        var found = BitSet(capacity: words.count * 64)
        forEach { if fits($0) { found.insert($0) } }
        return found
    }
}

extension AccountImage {
    /// Learns the numbers that e-mails have in the index, as far as it does not know them.
    mutating func synchronize(with index: SearchIndex, _ account: AccountID) throws {
        let state = try index.state(account)
        guard indexed.unasked || state.next != indexed.next || state.epoch != indexed.epoch else { return }
        var unknown: [Int64] = []
        for place in order where documents[Int(place)] < 0 { unknown.append(emails[Int(place)]) }
        let numbers = try index.numbers(of: account, from: indexed.next, in: indexed.epoch, and: unknown[...])
        if numbers.epoch != indexed.epoch {
            for place in documents.indices { documents[place] = -1 }
        }
        for known in numbers.documents {
            if let place = places[known.email] { documents[Int(place)] = known.document }
        }
        indexed = IndexedState(next: numbers.next, epoch: numbers.epoch, unasked: false)
    }
}
