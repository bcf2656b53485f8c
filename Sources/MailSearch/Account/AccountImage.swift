internal import MailCore
internal import MailStore

/// What lists and filters need of all messages of an account, at a tick of its clock, in memory: a list in the order of
/// arrival of whatever messages is found by looking through a few columns.
///
/// A message with several copies is one e-mail (RFC 8621 §4): it is in all their mailboxes, has the flags that any of them
/// has, and came when the earliest came. Each e-mail has a place in the columns for as long as it is there.
struct AccountImage: Sendable {
    /// Everything up to here is in it.
    var clock: ModSeq
    /// Of e-mails that went before this it knows nothing.
    private(set) var floor: ModSeq

    /// EMAILID's number; 0 for a place that is free.
    private(set) var emails: [Int64] = []
    /// Numbers of threads in `threadIDs`.
    private(set) var threads: [Int32] = []
    private(set) var received: [Int64] = []
    private(set) var octets: [Int64] = []
    private(set) var flags: [UInt8] = []
    private(set) var keywords: [UInt32] = []
    private(set) var mailboxes: [UInt32] = []
    /// The tick at which the e-mail was seen to be different.
    private(set) var changed: [Int64] = []
    /// How many copies there are.
    private(set) var copyCounts: [UInt32] = []
    /// Whether a part of it is an attachment, where that was asked for.
    var attachments: [AttachmentKnowledge] = []
    /// The number in the full-text index; -1 where there is none, or none is known.
    var documents: [Int32] = []

    /// Lower case, sorted.
    private(set) var keywordSets = ValueTable<[String]>(first: [])
    /// Sorted.
    private(set) var mailboxSets = ValueTable<[Int64]>(first: [])
    private(set) var threadIDs: [Int64] = []
    /// All places, by the time of arrival and then the number.
    private(set) var order: [Int32] = []
    private(set) var places: [Int64: Int32] = [:]
    /// For each mailbox its messages by UID, ascending.
    var copies: [Int64: MailboxCopies] = [:]
    /// E-mails that went, by tick.
    private(set) var gone: [Gone] = []
    /// What the index's numbers were taken from.
    var indexed = IndexedState()
    /// What is sorted by, read when it is asked for.
    var sortTexts = SortTexts()

    private var threadNumbers: [Int64: Int32] = [:]
    private var free: [Int32] = []
    private var words: [String: UInt32] = ["": 0]
    /// Places that are new, or have another time of arrival, and are not in `order` yet.
    private var unordered: [Int32] = []
    /// Places that are in `order`.
    private var ordered = BitSet(capacity: 0)

    init(clock: ModSeq) {
        self.clock = clock
        floor = clock
    }

    enum AttachmentKnowledge: UInt8, Sendable {
        case unknown
        case none
        case some
    }

    /// A mailbox's messages.
    struct MailboxCopies: Sendable {
        var clock: ModSeq
        var uids: [UInt32] = []
        var places: [Int32] = []
    }

    /// An e-mail that is not there any more.
    struct Gone: Sendable {
        var tick: Int64
        var email: Int64
        var thread: Int32
    }

    struct IndexedState: Sendable {
        var next: Int64 = 0
        var epoch: Int64 = -1
        /// E-mails that came since the index was asked.
        var unasked = true
    }

    /// Octets in memory, about.
    var octetsInMemory: Int { 4096 + emails.count * 120 + gone.count * 24 + sortTexts.octets }

    /// How many e-mails there are.
    var count: Int { order.count }

    // MARK: Changing it

    mutating func reserve(_ count: Int) {
        emails.reserveCapacity(count)
        threads.reserveCapacity(count)
        received.reserveCapacity(count)
        octets.reserveCapacity(count)
        flags.reserveCapacity(count)
        keywords.reserveCapacity(count)
        mailboxes.reserveCapacity(count)
        changed.reserveCapacity(count)
        copyCounts.reserveCapacity(count)
        attachments.reserveCapacity(count)
        documents.reserveCapacity(count)
        order.reserveCapacity(count)
        places.reserveCapacity(count)
        threadNumbers.reserveCapacity(count)
    }

    /// Adds a copy to what is known of its e-mail.
    ///
    /// - Returns: the e-mail's place.
    mutating func merge(_ row: CopyRow, tick: ModSeq?) -> Int32 {
        let changedAt = tick?.rawValue ?? row.modSeq.rawValue
        let mailbox = row.mailbox.rawValue
        guard let place = places[row.email.rawValue] else {
            return insert(row, changedAt)
        }
        let index = Int(place)
        changed[index] = max(changed[index], changedAt)
        if copyCounts[index] == 0 {
            set(row, at: index)
        } else {
            flags[index] |= row.flags.rawValue
            let words = keywordNumber(row)
            if words != keywords[index] {
                let union = Set(keywordSets.values[Int(keywords[index])]).union(keywordSets.values[Int(words)])
                keywords[index] = keywordSets.number(of: union.sorted())
            }
            let known = mailboxSets.values[Int(mailboxes[index])]
            if !known.contains(mailbox) { mailboxes[index] = mailboxSets.number(of: (known + [mailbox]).sorted()) }
            if row.internalDate < received[index] {
                octets[index] = row.octets
                move(place, to: row.internalDate)
            }
        }
        copyCounts[index] += 1
        return place
    }

    /// The one copy of an e-mail has other flags.
    mutating func update(_ place: Int32, _ row: CopyRow, tick: ModSeq) {
        let index = Int(place)
        changed[index] = tick.rawValue
        flags[index] = row.flags.rawValue
        keywords[index] = keywordNumber(row)
    }

    /// Forgets the copies of an e-mail, which are read again; without any it is removed.
    mutating func clearCopies(of place: Int32) { copyCounts[Int(place)] = 0 }

    private mutating func insert(_ row: CopyRow, _ changedAt: Int64) -> Int32 {
        let place: Int32
        if let last = free.popLast() {
            place = last
        } else {
            place = Int32(truncatingIfNeeded: emails.count)
            emails.append(0)
            threads.append(0)
            received.append(0)
            octets.append(0)
            flags.append(0)
            keywords.append(0)
            mailboxes.append(0)
            changed.append(0)
            copyCounts.append(0)
            attachments.append(.unknown)
            documents.append(-1)
        }
        let index = Int(place)
        emails[index] = row.email.rawValue
        places[row.email.rawValue] = place
        changed[index] = changedAt
        received[index] = row.internalDate
        set(row, at: index)
        copyCounts[index] = 1
        attachments[index] = .unknown
        documents[index] = -1
        indexed.unasked = true
        sortTexts.forget(place)
        unordered.append(place)
        return place
    }

    private mutating func set(_ row: CopyRow, at index: Int) {
        threads[index] = threadNumber(row.thread.rawValue)
        octets[index] = row.octets
        flags[index] = row.flags.rawValue
        keywords[index] = keywordNumber(row)
        mailboxes[index] = mailboxSets.number(of: [row.mailbox.rawValue])
        if received[index] != row.internalDate { move(Int32(truncatingIfNeeded: index), to: row.internalDate) }
    }

    private mutating func move(_ place: Int32, to date: Int64) {
        received[Int(place)] = date
        unordered.append(place)
    }

    private mutating func threadNumber(_ thread: Int64) -> Int32 {
        if let number = threadNumbers[thread] { return number }
        let number = Int32(truncatingIfNeeded: threadIDs.count)
        threadNumbers[thread] = number
        threadIDs.append(thread)
        return number
    }

    private mutating func keywordNumber(_ row: CopyRow) -> UInt32 {
        row.withKeywords { octets in
            guard !octets.isEmpty else { return 0 }
            let text = String(decoding: octets, as: UTF8.self)
            if let number = words[text] { return number }
            let number = keywordSets.number(
                of: Set(text.lowercased().split(separator: " ").map(String.init)).sorted())
            words[text] = number
            return number
        }
    }

    /// Brings the order up to date: e-mails without copies leave it, new ones find their place.
    ///
    /// - Parameter touched: places whose copies may be gone.
    mutating func settle(_ touched: [Int32], goneMax: Int) {
        ordered.grow(to: emails.count)
        var leaving = BitSet(capacity: emails.count)
        var isLeaving = false
        func leave(_ place: Int32) {
            guard ordered.contains(Int(place)) else { return }
            leaving.insert(Int(place))
            ordered.remove(Int(place))
            isLeaving = true
        }
        for place in touched where copyCounts[Int(place)] == 0 && emails[Int(place)] != 0 {
            leave(place)
            remove(place)
        }
        var coming: [Int32] = []
        var isComing = BitSet(capacity: emails.count)
        for place in unordered where emails[Int(place)] != 0 && !isComing.contains(Int(place)) {
            leave(place)
            isComing.insert(Int(place))
            coming.append(place)
        }
        unordered = []
        if isLeaving { order.removeAll { leaving.contains(Int($0)) } }
        coming.sort { precedes($0, $1) }
        for place in coming { ordered.insert(Int(place)) }
        mergeIntoOrder(coming)
        forgetOldGone(goneMax)
    }

    private mutating func remove(_ place: Int32) {
        let index = Int(place)
        gone.append(Gone(tick: clock.rawValue, email: emails[index], thread: threads[index]))
        places[emails[index]] = nil
        emails[index] = 0
        sortTexts.forget(place)
        free.append(place)
    }

    private mutating func forgetOldGone(_ most: Int) {
        guard gone.count > most else { return }
        let dropped = gone.count - most / 2
        floor = max(floor, ModSeq(rawValue: gone[dropped - 1].tick))
        gone.removeFirst(dropped)
    }

    private func precedes(_ left: Int32, _ right: Int32) -> Bool {
        let (first, second) = (received[Int(left)], received[Int(right)])
        return first != second ? first < second : emails[Int(left)] < emails[Int(right)]
    }

    private mutating func mergeIntoOrder(_ coming: [Int32]) {
        guard let first = coming.first else { return }
        guard let last = order.last, precedes(first, last) else {
            order.append(contentsOf: coming)
            return
        }
        // From behind, as far as anything has to move.
        let before = order.count
        order.append(contentsOf: coming)
        var (old, new, target) = (before - 1, coming.count - 1, order.count - 1)
        while new >= 0 {
            if old >= 0, precedes(coming[new], order[old]) {
                order[target] = order[old]
                old -= 1
            } else {
                order[target] = coming[new]
                new -= 1
            }
            target -= 1
        }
    }
}
