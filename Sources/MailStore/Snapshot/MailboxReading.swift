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

    /// Nil when the mailbox is gone.
    func state(_ transaction: SQLTransaction) throws -> State? {
        try transaction.first(
            """
            SELECT uid_validity, uid_next, mod_seq, unseen, recent_from FROM mailbox WHERE account = ?1 AND mailbox = ?2
            """, account, mailbox
        ) { row in
            State(
                uidValidity: UIDValidity(rawValue: UInt32(truncatingIfNeeded: row.integer(0))),
                uidNext: UInt32(clamping: row.integer(1)), modSeq: ModSeq(rawValue: row.integer(2)),
                unseen: row.integer(3), recentFrom: UInt32(clamping: row.integer(4)))
        }
    }

    /// The state of a mailbox that has to be there.
    func requireState(_ transaction: SQLTransaction) throws -> State {
        guard let state = try state(transaction) else {
            throw MailStoreError.noSuchMailbox("number \(key.mailbox.rawValue)")
        }
        return state
    }

    /// The mailbox at the state's tick.
    func read(
        _ known: MailboxCache.Entry?, _ state: State, _ transaction: SQLTransaction
    ) throws -> MailboxCache.Entry {
        if let known, known.uidValidity == state.uidValidity, known.modSeq <= state.modSeq {
            if known.modSeq == state.modSeq, known.uidNext == state.uidNext { return known }
            let gone = try MailStore.expunged(since: known.modSeq, from: key, in: transaction)
            if let gone, let followed = try follow(known, state, gone: gone, transaction) { return followed }
        }
        var entry = MailboxCache.Entry(uidValidity: state.uidValidity, modSeq: state.modSeq, uidNext: state.uidNext)
        try readArrived(from: 0, &entry, transaction)
        addKeywords(&entry, from: 0)
        try findUnseen(&entry, state, transaction)
        return entry
    }

    /// Changed messages that are worth following, as a share of all: one in so many. Reading all is cheaper than more.
    private static let followedOneIn = 4

    /// What is known and what has happened since; nil when too much has.
    private func follow(
        _ known: MailboxCache.Entry, _ state: State, gone: UIDSet, _ transaction: SQLTransaction
    ) throws -> MailboxCache.Entry? {
        guard !known.flags.isStale else { return nil }
        var entry = known
        entry.modSeq = state.modSeq
        entry.uidNext = state.uidNext
        if !gone.isEmpty { entry.flags.remove(gone) }
        let changesMax = 64 + entry.uids.count / Self.followedOneIn
        var changes: [MailboxFlags.Change] = []
        try transaction.scan(
            """
            SELECT uid, flags, keywords FROM message INDEXED BY message_touched
            WHERE account = ?1 AND mailbox = ?2 AND mod_seq > ?3 AND touched = 1
            """, account, mailbox, .integer(known.modSeq.rawValue)
        ) { row in
            let message = MessageOfRow(row)
            if !message.flags.contains(.seen) { entry.unseenFrom = min(entry.unseenFrom, message.uid.rawValue) }
            changes.append(row.withOctets(2) { entry.flags.change(message.uid, message.flags, keywords: $0) })
            return changes.count <= changesMax ? .more : .enough
        }
        guard changes.count <= changesMax else { return nil }
        if !changes.isEmpty { entry.flags.set(changes) }
        try readArrived(from: known.uidNext, &entry, transaction)
        addKeywords(&entry, from: known.flags.keywordLists.count)
        try findUnseen(&entry, state, transaction)
        return entry
    }

    /// What is read of each message: `SELECT uid, flags, keywords`.
    private struct MessageOfRow {
        let uid: UID
        let flags: SystemFlags

        init(_ row: SQLRow) {
            uid = UID(rawValue: UInt32(truncatingIfNeeded: row.integer(0)))
            flags = SystemFlags(rawValue: UInt8(truncatingIfNeeded: row.integer(1)))
        }
    }

    private func readArrived(
        from uid: UInt32, _ entry: inout MailboxCache.Entry, _ transaction: SQLTransaction
    ) throws {
        try transaction.query(
            """
            SELECT uid, flags, keywords FROM message WHERE account = ?1 AND mailbox = ?2 AND uid >= ?3 ORDER BY uid
            """, account, mailbox, .integer(Int64(uid))
        ) { row in
            let message = MessageOfRow(row)
            row.withOctets(2) { entry.flags.append(message.uid, message.flags, keywords: $0) }
        }
    }

    private func addKeywords(_ entry: inout MailboxCache.Entry, from list: Int) {
        for list in entry.flags.keywordLists[list...] {
            for keyword in String(decoding: list, as: UTF8.self).split(separator: " ")
            where entry.keywords.count < limits.keywordsListedMax {
                let letters = keyword.lowercased()
                if entry.keywords[letters] == nil { entry.keywords[letters] = String(keyword) }
            }
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
