internal import InternetMessage
internal import MailCore
internal import Storage

extension MailStore {
    /// Identifiers looked at for one message: the own, the one answered, the first and the last of References.
    private static let referencesMax = 20

    /// The conversation that a message belongs to: that of any message it names, or that names it, under the same base
    /// subject (RFC 8621 §3).
    static func thread(
        of facts: MessageFacts, _ account: AccountID, in transaction: SQLTransaction
    ) throws -> ThreadID? {
        for key in referenceHashes(facts) {
            let thread = try transaction.first(
                """
                SELECT thread FROM thread_recent WHERE account = ?1 AND reference_hash = ?2 UNION ALL
                SELECT thread FROM thread_reference WHERE account = ?1 AND reference_hash = ?2 LIMIT 1
                """, .integer(account.rawValue), .integer(key)
            ) { ThreadID(rawValue: $0.integer(0)) }
            if let thread { return thread }
        }
        return nil
    }

    /// Later messages that name this one, or that it names, belong to the same conversation.
    static func remember(
        _ facts: MessageFacts, in thread: ThreadID, _ account: AccountID, in transaction: SQLTransaction
    ) throws {
        for key in referenceHashes(facts) {
            try transaction.run(
                """
                INSERT INTO thread_recent SELECT ?1, ?2, ?3
                WHERE NOT EXISTS (SELECT 1 FROM thread_reference WHERE account = ?1 AND reference_hash = ?2)
                ON CONFLICT (account, reference_hash) DO NOTHING
                """, .integer(account.rawValue), .integer(key), .integer(thread.rawValue))
        }
    }

    /// Puts the identifiers that came lately to the others, when there are many: in the order of the table, so that one page
    /// takes several. To be called now and then; no transaction moves many rows.
    ///
    /// - Returns: how many identifiers were moved.
    @discardableResult
    public func settleThreads() async throws -> Int {
        let count = try await store.read { try $0.first("SELECT count(*) FROM thread_recent") { $0.integer(0) } ?? 0 }
        guard count >= Int64(limits.recentThreadsMax) else { return 0 }
        let together = limits.deletedTogetherMax
        var moved = 0
        var last: Int
        repeat {
            last = try await store.change { transaction in
                try transaction.run(
                    """
                    INSERT INTO thread_reference
                    SELECT * FROM thread_recent WHERE true ORDER BY account, reference_hash LIMIT ?1
                    ON CONFLICT (account, reference_hash) DO NOTHING
                    """, .integer(Int64(together)))
                return try transaction.run(
                    """
                    DELETE FROM thread_recent WHERE (account, reference_hash) IN (
                        SELECT account, reference_hash FROM thread_recent ORDER BY account, reference_hash LIMIT ?1)
                    """, .integer(Int64(together)))
            }
            moved += last
        } while last == together
        return moved
    }

    /// Forgets what conversations without a message were known by: else the list would grow with every message that ever
    /// came. To be called now and then; each account is a transaction of its own.
    ///
    /// - Returns: how many identifiers were forgotten.
    @discardableResult
    public func forgetEmptyThreads() async throws -> Int {
        let accounts = try await store.read { transaction in
            var accounts: [Int64] = []
            try transaction.query("SELECT account FROM account_state") { accounts.append($0.integer(0)) }
            return accounts
        }
        var forgotten = 0
        for account in accounts {
            forgotten += try await store.change { transaction in
                try transaction.run(
                    """
                    DELETE FROM thread_reference WHERE account = ?1
                        AND thread NOT IN (SELECT thread FROM message WHERE account = ?1)
                    """, .integer(account))
                    + transaction.run(
                        """
                        DELETE FROM thread_recent WHERE account = ?1
                            AND thread NOT IN (SELECT thread FROM message WHERE account = ?1)
                        """, .integer(account))
            }
        }
        return forgotten
    }

    private static func referenceHashes(_ facts: MessageFacts) -> [Int64] {
        var identifiers: [InternetMessageID] = []
        if let own = facts.messageID { identifiers.append(own) }
        identifiers += facts.inReplyTo.prefix(2)
        identifiers += facts.references.prefix(1)
        identifiers += facts.references.dropFirst().suffix(referencesMax)
        var hashes: [Int64] = []
        for identifier in identifiers {
            let hash = stableHash(identifier, facts.baseSubject)
            if !hashes.contains(hash) { hashes.append(hash) }
        }
        return hashes
    }

    /// FNV-1a of 64 bits: the same on every machine and for ever, so of the subject's letters only those of ASCII are
    /// taken alike in either case, and white space does not count (RFC 8621 §3). Who makes two identifiers collide only
    /// joins two conversations, which a References field does more easily.
    private static func stableHash(_ identifier: InternetMessageID, _ subject: String) -> Int64 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for octet in identifier.text.utf8 { hash = (hash ^ UInt64(octet)) &* 0x0000_0100_0000_01b3 }
        hash = hash &* 0x0000_0100_0000_01b3
        for octet in subject.utf8 where octet > 0x20 {
            let isCapital = (0x41...0x5a).contains(octet)
            hash = (hash ^ UInt64(isCapital ? octet | 0x20 : octet)) &* 0x0000_0100_0000_01b3
        }
        return Int64(bitPattern: hash)
    }
}
