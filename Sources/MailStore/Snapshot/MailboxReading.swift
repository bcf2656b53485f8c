internal import MailCore
internal import Storage

/// Reads a mailbox as it is in a snapshot, from what is remembered of it and what changed since.
struct MailboxReading {
    let key: MailboxKey
    let limits: MailStoreLimits

    /// The mailbox's own row.
    struct State {
        var uidValidity: UIDValidity
        var uidNext: UInt32
        var modSeq: ModSeq
        var unseen: Int64
        /// Messages from here on were told to no session.
        var recentFrom: UInt32
    }

    private var account: SQLValue { .integer(key.account.rawValue) }
    private var mailbox: SQLValue { .integer(key.mailbox.rawValue) }

    func state(_ transaction: SQLTransaction) throws -> State {
        let state = try transaction.first(
            """
            SELECT uid_validity, uid_next, mod_seq, unseen, recent_from FROM mailbox WHERE account = ?1 AND mailbox = ?2
            """, account, mailbox
        ) { row in
            State(
                uidValidity: UIDValidity(rawValue: UInt32(truncatingIfNeeded: row.integer(0))),
                uidNext: UInt32(clamping: row.integer(1)), modSeq: ModSeq(rawValue: row.integer(2)),
                unseen: row.integer(3), recentFrom: UInt32(clamping: row.integer(4)))
        }
        guard let state else { throw MailStoreError.noSuchMailbox("number \(key.mailbox.rawValue)") }
        return state
    }

    /// The mailbox at the state's tick.
    func read(
        _ known: MailboxCache.Entry?, _ state: State, _ transaction: SQLTransaction
    ) throws -> MailboxCache.Entry {
        if let known, known.uidValidity == state.uidValidity, known.modSeq <= state.modSeq {
            if known.modSeq == state.modSeq, known.uidNext == state.uidNext { return known }
            let history = try MailStore.expunged(since: known.modSeq, from: key.mailbox, key.account, in: transaction)
            if case .known(let gone) = history { return try follow(known, state, gone: gone, transaction) }
        }
        var entry = MailboxCache.Entry(uidValidity: state.uidValidity, modSeq: state.modSeq, uidNext: state.uidNext)
        try readArrived(from: 0, &entry, transaction)
        try findUnseen(&entry, state, transaction)
        return entry
    }

    private func follow(
        _ known: MailboxCache.Entry, _ state: State, gone: [UID], _ transaction: SQLTransaction
    ) throws -> MailboxCache.Entry {
        var entry = known
        entry.modSeq = state.modSeq
        entry.uidNext = state.uidNext
        if !gone.isEmpty { entry.uids = entry.uids.subtracting(UIDSet(gone)) }
        var previous = ""
        try transaction.query(
            """
            SELECT uid, flags, keywords FROM message INDEXED BY message_touched
            WHERE account = ?1 AND mailbox = ?2 AND mod_seq > ?3 AND touched = 1
            """, account, mailbox, .integer(known.modSeq.rawValue)
        ) { row in
            if row.integer(1) & Self.seen == 0 {
                entry.unseenFrom = min(entry.unseenFrom, UInt32(truncatingIfNeeded: row.integer(0)))
            }
            addKeywords(row, &previous, &entry)
        }
        try readArrived(from: known.uidNext, &entry, transaction)
        try findUnseen(&entry, state, transaction)
        return entry
    }

    private static let seen = Int64(SystemFlags.seen.rawValue)

    private func readArrived(
        from uid: UInt32, _ entry: inout MailboxCache.Entry, _ transaction: SQLTransaction
    ) throws {
        var previous = ""
        var run: ClosedRange<UInt32>?
        try transaction.query(
            """
            SELECT uid, flags, keywords FROM message WHERE account = ?1 AND mailbox = ?2 AND uid >= ?3 ORDER BY uid
            """, account, mailbox, .integer(Int64(uid))
        ) { row in
            let uid = UInt32(truncatingIfNeeded: row.integer(0))
            addKeywords(row, &previous, &entry)
            guard let known = run else { return run = uid...uid }
            if uid == known.upperBound &+ 1 {
                run = known.lowerBound...uid
            } else {
                entry.uids.append(known)
                run = uid...uid
            }
        }
        if let run { entry.uids.append(run) }
    }

    /// Most messages have none, and many the same.
    private func addKeywords(_ row: SQLRow, _ previous: inout String, _ entry: inout MailboxCache.Entry) {
        guard row.withOctets(2, { !$0.isEmpty }) else { return }
        let text = row.text(2)
        guard text != previous else { return }
        previous = text
        for keyword in text.split(separator: " ") where entry.keywords.count < limits.keywordsListedMax {
            let letters = keyword.lowercased()
            if entry.keywords[letters] == nil { entry.keywords[letters] = String(keyword) }
        }
    }

    private func findUnseen(
        _ entry: inout MailboxCache.Entry, _ state: State, _ transaction: SQLTransaction
    ) throws {
        guard state.unseen > 0 else { return entry.unseenFrom = state.uidNext }
        let first = try transaction.first(
            """
            SELECT uid FROM message WHERE account = ?1 AND mailbox = ?2 AND uid >= ?3 AND flags & 1 = 0
            ORDER BY uid LIMIT 1
            """, account, mailbox, .integer(Int64(entry.unseenFrom))
        ) { UInt32(truncatingIfNeeded: $0.integer(0)) }
        entry.unseenFrom = first ?? state.uidNext
    }
}
