internal import MailCore
internal import Storage

/// What an account's history keeps of its mailboxes.
extension MailStore {
    /// The mailboxes are not what they were: at the next tick of the account's clock. Called before their rows are noted in the
    /// log.
    static func markChanged(
        _ mailboxes: [MailboxID], _ account: AccountID, in transaction: SQLTransaction
    ) throws {
        guard !mailboxes.isEmpty else { return }
        let tick = SQLValue.integer(try nextModSeq(account, in: transaction).rawValue)
        for mailbox in mailboxes {
            try transaction.run(
                "UPDATE mailbox SET changed = ?3 WHERE account = ?1 AND mailbox = ?2", .integer(account.rawValue),
                .integer(mailbox.rawValue), tick)
        }
        try transaction.run(
            "UPDATE account_state SET mod_seq = ?2 WHERE account = ?1", .integer(account.rawValue), tick)
    }

    /// What happened in the account up to this tick is not known whole any more.
    static func raiseChangesFloor(
        of account: AccountID, to modSeq: ModSeq, in transaction: SQLTransaction
    ) throws {
        try transaction.run(
            "UPDATE account_state SET changes_floor = max(changes_floor, ?2) WHERE account = ?1",
            .integer(account.rawValue), .integer(modSeq.rawValue))
    }

    /// Forgets the oldest mailboxes that went, and what went from them, of accounts that remember more than
    /// `limits.expungedMax` such messages or mailboxes.
    ///
    /// - Returns: how many messages were forgotten.
    func forgetGoneMailboxes() async throws -> Int {
        let most = Int64(limits.expungedMax)
        let long = try await store.read { transaction in
            var accounts: [Int64] = []
            try transaction.query(
                """
                SELECT account FROM gone_mailbox GROUP BY account HAVING count(*) > ?1 UNION
                SELECT account FROM gone_mailbox NATURAL JOIN (SELECT account, mailbox, uid FROM expunged)
                GROUP BY account HAVING count(*) > ?1
                """, .integer(most)
            ) { accounts.append($0.integer(0)) }
            return accounts
        }
        var forgotten = 0
        for account in long { forgotten += try await forgetGoneMailboxes(of: account) }
        return forgotten
    }

    private func forgetGoneMailboxes(of account: Int64) async throws -> Int {
        let (most, together) = (Int64(limits.expungedMax), Int64(limits.deletedTogetherMax))
        let floor = try await store.change { transaction in
            let floor =
                try transaction.first(
                    """
                    SELECT max(
                        coalesce((SELECT mod_seq FROM gone_mailbox WHERE account = ?1
                            ORDER BY mod_seq DESC LIMIT 1 OFFSET ?2), 0),
                        coalesce((SELECT expunged.mod_seq FROM gone_mailbox JOIN expunged USING (account, mailbox)
                            WHERE account = ?1 ORDER BY expunged.mod_seq DESC LIMIT 1 OFFSET ?2), 0))
                    """, .integer(account), .integer(most)
                ) { $0.integer(0) } ?? 0
            try Self.raiseChangesFloor(
                of: AccountID(rawValue: account), to: ModSeq(rawValue: floor), in: transaction)
            return floor
        }
        var forgotten = 0
        var count: Int
        repeat {
            count = try await store.change { transaction in
                try transaction.run(
                    """
                    DELETE FROM expunged WHERE account = ?1 AND (mailbox, mod_seq, uid) IN (
                        SELECT mailbox, expunged.mod_seq, uid
                        FROM gone_mailbox JOIN expunged USING (account, mailbox)
                        WHERE account = ?1 AND expunged.mod_seq <= ?2 LIMIT ?3)
                    """, .integer(account), .integer(floor), .integer(together))
            }
            forgotten += count
        } while count == Int(together)
        try await store.change { transaction in
            _ = try transaction.run(
                """
                DELETE FROM gone_mailbox WHERE account = ?1 AND mod_seq <= ?2 AND mailbox NOT IN (
                    SELECT mailbox FROM expunged WHERE account = ?1)
                """, .integer(account), .integer(floor))
        }
        return forgotten
    }
}
