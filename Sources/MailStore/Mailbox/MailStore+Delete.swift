public import MailCore
internal import Storage

/// Mailboxes go, and what is in them (RFC 9051 §6.3.5).
extension MailStore {
    /// Takes a mailbox away for good; those below it stay.
    ///
    /// The mailbox is gone at once, in one small transaction. Its messages go after it in pieces: some of them before this
    /// returns, those of a large mailbox when `finishRemovals` comes by.
    ///
    /// - Returns: the key of the mailbox that was.
    @discardableResult
    public func delete(_ name: String, for account: AccountID) async throws -> MailboxKey {
        let limits = limits
        let key = try await store.change { transaction in
            let mailbox = try Self.require(.deleteMailbox, name, for: account, in: transaction)
            guard mailbox.key.mailbox != .inbox else { throw MailStoreError.inboxStays }
            try Self.remove(mailbox.key, limits, in: transaction)
            return mailbox.key
        }
        try await beginRemoval(of: key)
        return key
    }

    /// Takes the first messages of a mailbox away that is gone.
    func beginRemoval(of key: MailboxKey) async throws {
        for _ in 0..<Self.piecesAtOnce {
            if try await removePiece(of: key) == .done { break }
        }
    }

    /// The mailbox is gone for everybody; its messages are still to go.
    static func remove(_ key: MailboxKey, _ limits: MailStoreLimits, in transaction: SQLTransaction) throws {
        let account = SQLValue.integer(key.account.rawValue)
        let mailbox = SQLValue.integer(key.mailbox.rawValue)
        let modSeq = try nextModSeq(key.account, in: transaction)
        try transaction.run(
            """
            UPDATE account_state SET mod_seq = ?3, (octets, messages) = (
                SELECT account_state.octets - octets, account_state.messages - messages
                FROM mailbox WHERE account = ?1 AND mailbox = ?2)
            WHERE account = ?1
            """, account, mailbox, .integer(modSeq.rawValue))
        let gone = try transaction.first(
            "DELETE FROM mailbox WHERE account = ?1 AND mailbox = ?2 RETURNING name, messages, created", account,
            mailbox
        ) { (name: $0.text(0), messages: $0.integer(1), created: $0.integer(2)) }
        let name = gone?.name ?? ""
        try transaction.run(
            "INSERT INTO removed_mailbox VALUES (?1, ?2, ?3)", account, mailbox, .integer(modSeq.rawValue))
        try transaction.run(
            "INSERT INTO gone_mailbox VALUES (?1, ?2, ?3, ?4)", account, mailbox, .integer(gone?.created ?? 0),
            .integer(modSeq.rawValue))
        if gone?.messages ?? 0 > Int64(limits.expungedMax) {
            // More than would be remembered.
            try raiseChangesFloor(of: key.account, to: modSeq, in: transaction)
        }
        try markChanged(
            try mailboxes(below: name, key.account, in: transaction).map(\.mailbox), key.account, in: transaction)
        try forgetAccess(to: key, in: transaction)
        try forgetAnnotations(of: key, in: transaction)
        try salvageMailbox(key, in: transaction)
        try transaction.salvage(table: "account_state", key: "account", account)
        transaction.announce(.mailboxDeleted(key, name: name))
    }

    /// Takes the messages of mailboxes away that are gone. To be called now and then; no transaction deletes many rows.
    ///
    /// - Returns: how many mailboxes are done with.
    @discardableResult
    public func finishRemovals() async throws -> Int {
        let removed = try await store.read { transaction in
            var keys: [MailboxKey] = []
            try transaction.query("SELECT account, mailbox FROM removed_mailbox") { row in
                keys.append(
                    MailboxKey(
                        account: AccountID(rawValue: row.integer(0)), mailbox: MailboxID(rawValue: row.integer(1))))
            }
            return keys
        }
        for key in removed {
            while try await removePiece(of: key) == .more {}
        }
        return removed.count
    }

    /// Pieces that DELETE waits for.
    private static let piecesAtOnce = 4

    private enum RemovalProgress {
        case more
        case done
    }

    private func removePiece(of key: MailboxKey) async throws -> RemovalProgress {
        let together = Int64(limits.deletedTogetherMax)
        return try await store.change { transaction in
            let account = SQLValue.integer(key.account.rawValue)
            let mailbox = SQLValue.integer(key.mailbox.rawValue)
            var messages: [(uid: Int64, email: EmailID)] = []
            try transaction.query(
                "SELECT uid, email FROM message WHERE account = ?1 AND mailbox = ?2 ORDER BY uid LIMIT ?3", account,
                mailbox, .integer(together)
            ) { messages.append(($0.integer(0), EmailID(rawValue: $0.integer(1)))) }
            if let last = messages.last {
                try transaction.run(
                    """
                    INSERT INTO expunged (account, mailbox, mod_seq, uid, email, thread, created)
                    SELECT ?1, ?2, gone.mod_seq, uid, email, thread, message.created
                    FROM removed_mailbox AS gone CROSS JOIN message
                    WHERE gone.account = ?1 AND gone.mailbox = ?2 AND message.account = ?1 AND message.mailbox = ?2
                        AND uid <= ?3
                        AND gone.mod_seq > (SELECT changes_floor FROM account_state WHERE account = ?1)
                    ON CONFLICT DO NOTHING
                    """, account, mailbox, .integer(last.uid))
                try transaction.run(
                    "DELETE FROM message WHERE account = ?1 AND mailbox = ?2 AND uid <= ?3", account, mailbox,
                    .integer(last.uid))
                for (_, email) in messages { try Self.releaseContent(email, in: transaction) }
                return .more
            }
            let forgotten = try transaction.run(
                """
                DELETE FROM expunged WHERE account = ?1 AND mailbox = ?2 AND (mod_seq, uid) IN (
                    SELECT mod_seq, uid FROM expunged WHERE account = ?1 AND mailbox = ?2
                        AND mod_seq <= (SELECT changes_floor FROM account_state WHERE account = ?1)
                    ORDER BY mod_seq, uid LIMIT ?3)
                """, account, mailbox, .integer(together))
            guard forgotten < Int(together) else { return .more }
            try transaction.run("DELETE FROM removed_mailbox WHERE account = ?1 AND mailbox = ?2", account, mailbox)
            return .done
        }
    }
}
