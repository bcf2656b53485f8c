package import MailCore
package import Storage

extension MailStore {
    /// What changes in the store, as it happens: durable, and seen by who reads then. Who wants a mailbox and all that
    /// follows subscribes first and opens then.
    package var changes: MailChanges { store.changes }

    /// A mailbox as it is. Reads what changed since it was opened last; the first time all of its rows.
    ///
    /// Throws `MailStoreError.noSuchMailbox`.
    package func open(_ key: MailboxKey, _ claim: RecentClaim) async throws -> MailboxSnapshot {
        let reading = MailboxReading(key: key, limits: limits)
        let cache = cache
        let (state, entry) = try await store.read { transaction in
            // Before the first read: the snapshot begins with that.
            let known = cache.entry(key)
            let state = try reading.requireState(transaction)
            let entry = try reading.read(known, state, transaction)
            cache.keep(entry, key)
            return (state, entry)
        }
        var recent = UIDSet()
        if state.recentFrom < state.uidNext {
            recent = entry.uids.intersection(UIDSet(ranges: [state.recentFrom...(state.uidNext - 1)]))
        }
        if claim == .claims, !recent.isEmpty {
            let from = try await claimRecent(key, below: state.uidNext)
            recent = recent.subtracting(UIDSet(ranges: [0...max(from, 1) - 1]))
        }
        return MailboxSnapshot(
            key: key, uidValidity: state.uidValidity, uidNext: state.uidNext, highestModSeq: state.modSeq,
            uids: entry.uids, recent: recent,
            firstUnseen: entry.unseenFrom < state.uidNext ? UID(rawValue: entry.unseenFrom) : nil,
            keywords: entry.keywords.values.sorted())
    }

    /// Whether all rows of a mailbox are worth reading for its flags.
    package enum FlagsDemand: Sendable {
        /// No: what is remembered of it, and what has changed since.
        case remembered
        /// All messages are asked about.
        case all
    }

    /// The messages of a mailbox with their flags, as the transaction sees them. Nil where they have to be looked at row by
    /// row.
    package func flags(
        of key: MailboxKey, _ demand: FlagsDemand, in transaction: SQLTransaction
    ) throws -> MailboxFlags? {
        let known = cache.entry(key)
        guard known != nil || demand == .all else { return nil }
        let reading = MailboxReading(key: key, limits: limits)
        guard let state = try reading.state(transaction) else { return nil }
        // A transaction that began before what is remembered.
        if let known, known.uidValidity == state.uidValidity, known.modSeq > state.modSeq { return nil }
        let entry = try reading.read(known, state, transaction)
        cache.keep(entry, key)
        return entry.flags
    }

    /// What arrived below `uidNext` is not recent to sessions that open the mailbox later: a session that has it selected, and has
    /// told its client of new messages, calls this when it lets the mailbox go. Who is killed before leaves them recent, as
    /// RFC 3501 §2.3.2 wants it where nobody knows.
    ///
    /// - Returns: from which UID on messages were recent before.
    @discardableResult
    package func claimRecent(_ key: MailboxKey, below uidNext: UInt32) async throws -> UInt32 {
        let reading = MailboxReading(key: key, limits: limits)
        return try await store.change { transaction in
            let state = try reading.requireState(transaction)
            let below = min(uidNext, state.uidNext)
            if state.recentFrom < below {
                try transaction.run(
                    "UPDATE mailbox SET recent_from = ?3 WHERE account = ?1 AND mailbox = ?2",
                    .integer(key.account.rawValue), .integer(key.mailbox.rawValue), .integer(Int64(below)))
            }
            return state.recentFrom
        }
    }

    /// How many messages are recent: STATUS RECENT.
    package static func recentCount(_ key: MailboxKey, in transaction: SQLTransaction) throws -> Int64 {
        try transaction.first(
            """
            SELECT count(*) FROM message WHERE account = ?1 AND mailbox = ?2 AND uid >= (
                SELECT recent_from FROM mailbox WHERE account = ?1 AND mailbox = ?2)
            """, .integer(key.account.rawValue), .integer(key.mailbox.rawValue)
        ) { $0.integer(0) } ?? 0
    }
}
