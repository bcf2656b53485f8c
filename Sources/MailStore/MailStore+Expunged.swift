public import MailCore
public import Storage

/// What went from a mailbox, for clients that come back and ask what they missed (RFC 7162 §3.2.10).
extension MailStore {
    /// What is known of messages that went.
    public enum ExpungeHistory: Sendable, Equatable {
        /// All that went since, ascending.
        case known([UID])
        /// Some that went are forgotten: whoever asks has to compare the whole mailbox.
        case forgotten
    }

    /// The messages that went from a mailbox after a tick of the account's clock.
    public static func expunged(
        since modSeq: ModSeq, from mailbox: MailboxID, _ account: AccountID, in transaction: SQLTransaction
    ) throws -> ExpungeHistory {
        let floor = try transaction.first(
            "SELECT expunged_floor FROM mailbox WHERE account = ?1 AND mailbox = ?2", .integer(account.rawValue),
            .integer(mailbox.rawValue)
        ) { ModSeq(rawValue: $0.integer(0)) }
        guard let floor else { throw MailStoreError.noSuchMailbox("number \(mailbox.rawValue)") }
        guard modSeq >= floor else { return .forgotten }
        var uids: [UID] = []
        try transaction.query(
            "SELECT uid FROM expunged WHERE account = ?1 AND mailbox = ?2 AND mod_seq > ?3 ORDER BY uid",
            .integer(account.rawValue), .integer(mailbox.rawValue), .integer(modSeq.rawValue)
        ) { row in uids.append(UID(rawValue: UInt32(truncatingIfNeeded: row.integer(0)))) }
        return .known(uids)
    }

    /// The messages that went from a mailbox after a tick of the account's clock; nil when some of them are forgotten, and
    /// whoever asks has to compare the whole mailbox.
    package static func expunged(
        since modSeq: ModSeq, from key: MailboxKey, in transaction: SQLTransaction
    ) throws -> UIDSet? {
        switch try expunged(since: modSeq, from: key.mailbox, key.account, in: transaction) {
        case .known(let uids): UIDSet(uids)
        case .forgotten: nil
        }
    }

    /// Forgets the oldest of what went from mailboxes that remember more than `limits.expungedMax`. To be called now and
    /// then; no transaction deletes many rows.
    ///
    /// - Returns: how many messages were forgotten.
    @discardableResult
    public func forgetOldExpunges() async throws -> Int {
        let most = Int64(limits.expungedMax)
        let long = try await store.read { transaction in
            var long: [(account: Int64, mailbox: Int64)] = []
            try transaction.query(
                "SELECT account, mailbox FROM expunged GROUP BY account, mailbox HAVING count(*) > ?1", .integer(most)
            ) { long.append(($0.integer(0), $0.integer(1))) }
            return long
        }
        var forgotten = 0
        for (account, mailbox) in long { forgotten += try await forgetOldExpunges(account, mailbox) }
        return forgotten + (try await forgetGoneMailboxes())
    }

    private func forgetOldExpunges(_ account: Int64, _ mailbox: Int64) async throws -> Int {
        let most = Int64(limits.expungedMax)
        let together = Int64(limits.deletedTogetherMax)
        var forgotten = 0
        // Those of one tick went together and are forgotten together.
        let floor = try await store.change { transaction in
            let floor =
                try transaction.first(
                    """
                    SELECT mod_seq FROM expunged WHERE account = ?1 AND mailbox = ?2
                    ORDER BY mod_seq DESC, uid DESC LIMIT 1 OFFSET ?3
                    """, .integer(account), .integer(mailbox), .integer(most)
                ) { $0.integer(0) } ?? 0
            try transaction.run(
                "UPDATE mailbox SET expunged_floor = max(expunged_floor, ?3) WHERE account = ?1 AND mailbox = ?2",
                .integer(account), .integer(mailbox), .integer(floor))
            try Self.raiseChangesFloor(
                of: AccountID(rawValue: account), to: ModSeq(rawValue: floor), in: transaction)
            return floor
        }
        var count: Int
        repeat {
            count = try await store.change { transaction in
                try transaction.run(
                    """
                    DELETE FROM expunged WHERE account = ?1 AND mailbox = ?2 AND (mod_seq, uid) IN (
                        SELECT mod_seq, uid FROM expunged WHERE account = ?1 AND mailbox = ?2 AND mod_seq <= ?3
                        ORDER BY mod_seq, uid LIMIT ?4)
                    """, .integer(account), .integer(mailbox), .integer(floor), .integer(together))
            }
            forgotten += count
        } while count == Int(together)
        return forgotten
    }
}
