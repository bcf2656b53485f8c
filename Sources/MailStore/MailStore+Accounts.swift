public import MailCore
public import Storage

extension MailStore {
    /// Gives a new account its INBOX and its special mailboxes (RFC 6154).
    ///
    /// - Parameter uidValidity: that of all of them: the time of creation, so that an account made anew differs.
    public static func createAccount(
        _ account: AccountID, uidValidity: UIDValidity, in transaction: SQLTransaction
    ) throws {
        let key = SQLValue.integer(account.rawValue)
        let made: [(name: String, use: SpecialUse?)] =
            [("INBOX", nil)] + SpecialUse.allCases.map { ($0.defaultName, $0) }
        try transaction.run(
            """
            INSERT INTO account_state (account, mod_seq, octets, messages, next_mailbox, uid_validity)
            VALUES (?1, ?2, 0, 0, ?3, ?4)
            """, key, .integer(Int64(made.count) + 1), .integer(Int64(made.count) + 1),
            .integer(Int64(uidValidity.rawValue)))
        for (index, (name, use)) in made.enumerated() {
            try insert(
                name, account, MailboxID(rawValue: Int64(index) + 1), use, Int64(uidValidity.rawValue),
                ModSeq(rawValue: Int64(index) + 2), in: transaction)
            try subscribe(account, to: name, in: transaction)
        }
        try transaction.salvage(table: "account_state", key: "account", key)
    }

    /// Takes all of an account's mailboxes and messages away.
    public static func removeAccount(_ account: AccountID, in transaction: SQLTransaction) throws {
        var emails: [EmailID] = []
        try transaction.query("SELECT email FROM message WHERE account = ?1", .integer(account.rawValue)) { row in
            emails.append(EmailID(rawValue: row.integer(0)))
        }
        for email in emails { try releaseContent(email, in: transaction) }
        let key = SQLValue.integer(account.rawValue)
        try transaction.query("SELECT mailbox, name FROM mailbox WHERE account = ?1", key) { row in
            let mailbox = MailboxKey(account: account, mailbox: MailboxID(rawValue: row.integer(0)))
            transaction.announce(.mailboxDeleted(mailbox, name: row.text(1)))
        }
        try forgetAccess(of: account, in: transaction)
        try forgetAnnotations(of: account, in: transaction)
        try transaction.run("DELETE FROM subscription WHERE account = ?1", key)
        try transaction.salvage(table: "subscription", key: "account", key)
        try transaction.run("DELETE FROM removed_mailbox WHERE account = ?1", key)
        try transaction.run("DELETE FROM message WHERE account = ?1", key)
        try transaction.run("DELETE FROM mailbox WHERE account = ?1", key)
        try transaction.run("DELETE FROM expunged WHERE account = ?1", key)
        try transaction.run("DELETE FROM gone_mailbox WHERE account = ?1", key)
        try transaction.run("DELETE FROM thread_reference WHERE account = ?1", key)
        try transaction.run("DELETE FROM thread_recent WHERE account = ?1", key)
        try transaction.run("DELETE FROM account_state WHERE account = ?1", key)
        try transaction.salvage(table: "mailbox", key: "account", key)
        try transaction.salvage(table: "account_state", key: "account", key)
    }

    /// What an account holds.
    public struct Usage: Sendable, Equatable {
        /// Octets of all its copies.
        public var octets: Int64
        /// How many copies there are.
        public var messages: Int64
    }

    /// What an account holds; nothing for one that is not there.
    public static func usage(_ account: AccountID, in transaction: SQLTransaction) throws -> Usage {
        try transaction.first(
            "SELECT octets, messages FROM account_state WHERE account = ?1", .integer(account.rawValue)
        ) { Usage(octets: $0.integer(0), messages: $0.integer(1)) } ?? Usage(octets: 0, messages: 0)
    }

    /// What an account holds.
    public func usage(_ account: AccountID) async throws -> Usage {
        try await store.read { try Self.usage(account, in: $0) }
    }

    /// The next tick of the account's clock.
    static func nextModSeq(_ account: AccountID, in transaction: SQLTransaction) throws -> ModSeq {
        let current = try transaction.first(
            "SELECT mod_seq FROM account_state WHERE account = ?1", .integer(account.rawValue)
        ) { $0.integer(0) }
        guard let current else { throw MailStoreError.noSuchAccount }
        return ModSeq(rawValue: current + 1)
    }

    /// One reference less to a message; with the last one what was read from it goes too.
    static func releaseContent(_ email: EmailID, in transaction: SQLTransaction) throws {
        guard try transaction.release(email) else { return }
        try forgetFacts(of: email, in: transaction)
    }
}
