public import MailCore
public import Storage

extension MailStore {
    /// A mailbox as its account lists it.
    public struct MailboxSummary: Sendable, Equatable {
        /// Its number in the account.
        public var mailbox: MailboxID
        /// Its name, levels separated by `/`.
        public var name: String
        /// What it is for.
        public var specialUse: SpecialUse?
        /// UIDVALIDITY.
        public var uidValidity: UIDValidity
        /// UIDNEXT.
        public var uidNext: Int64
        /// HIGHESTMODSEQ.
        public var highestModSeq: ModSeq
        /// How many messages it holds.
        public var messages: Int64
        /// How many of them are not `\Seen`.
        public var unseen: Int64
        /// Octets of all of them.
        public var octets: Int64
    }

    /// Makes a mailbox in an account.
    @discardableResult
    public static func createMailbox(
        _ name: String, _ account: AccountID, specialUse: SpecialUse?, _ uidValidity: UIDValidity,
        in transaction: SQLTransaction
    ) throws -> MailboxID {
        let name = try mailboxName(name)
        guard try mailbox(named: name, account, in: transaction) == nil else {
            throw MailStoreError.mailboxExists(name)
        }
        let key = SQLValue.integer(account.rawValue)
        let number = try transaction.first("SELECT next_mailbox FROM account_state WHERE account = ?1", key) {
            $0.integer(0)
        }
        guard let number else { throw MailStoreError.noSuchAccount }
        let modSeq = try nextModSeq(account, in: transaction)
        try transaction.run(
            "UPDATE account_state SET next_mailbox = next_mailbox + 1, mod_seq = ?2 WHERE account = ?1", key,
            .integer(modSeq.rawValue))
        try transaction.run(
            """
            INSERT INTO mailbox (account, mailbox, name, special_use, uid_validity, uid_next, mod_seq, messages, unseen,
                octets, subscribed)
            VALUES (?1, ?2, ?3, ?4, ?5, 1, ?6, 0, 0, 0, 1)
            """, key, .integer(number), .text(name),
            .optional(specialUse?.rawValue), .integer(Int64(uidValidity.rawValue)), .integer(modSeq.rawValue))
        try transaction.salvage(table: "mailbox", key: "account", key)
        try transaction.salvage(table: "account_state", key: "account", key)
        let mailbox = MailboxID(rawValue: number)
        transaction.announce(.mailboxCreated(MailboxKey(account: account, mailbox: mailbox), name: name))
        return mailbox
    }

    /// The mailbox of a name; INBOX in any case (RFC 9051 §5.1).
    public static func mailbox(
        named name: String, _ account: AccountID, in transaction: SQLTransaction
    ) throws -> MailboxID? {
        try transaction.first(
            "SELECT mailbox FROM mailbox WHERE account = ?1 AND name = ?2", .integer(account.rawValue),
            .text(try mailboxName(name))
        ) { MailboxID(rawValue: $0.integer(0)) }
    }

    /// Whether a mailbox still is there.
    static func hasMailbox(
        _ mailbox: MailboxID, _ account: AccountID, in transaction: SQLTransaction
    ) throws -> Bool {
        try transaction.first(
            "SELECT 1 FROM mailbox WHERE account = ?1 AND mailbox = ?2", .integer(account.rawValue),
            .integer(mailbox.rawValue)
        ) { _ in true } ?? false
    }

    /// All mailboxes of an account, in the order of their making.
    public static func mailboxes(_ account: AccountID, in transaction: SQLTransaction) throws -> [MailboxSummary] {
        var list: [MailboxSummary] = []
        try transaction.query(
            """
            SELECT mailbox, name, special_use, uid_validity, uid_next, mod_seq, messages, unseen, octets
            FROM mailbox WHERE account = ?1 ORDER BY mailbox
            """, .integer(account.rawValue)
        ) { row in
            list.append(
                MailboxSummary(
                    mailbox: MailboxID(rawValue: row.integer(0)), name: row.text(1),
                    specialUse: row.optionalText(2).flatMap(SpecialUse.init(rawValue:)),
                    uidValidity: UIDValidity(rawValue: UInt32(truncatingIfNeeded: row.integer(3))),
                    uidNext: row.integer(4), highestModSeq: ModSeq(rawValue: row.integer(5)), messages: row.integer(6),
                    unseen: row.integer(7), octets: row.integer(8)))
        }
        return list
    }

    /// All mailboxes of an account, in the order of their making.
    public func mailboxes(_ account: AccountID) async throws -> [MailboxSummary] {
        try await store.read { try Self.mailboxes(account, in: $0) }
    }

    /// The name in its one form: INBOX in capitals, no empty level, no control character; at most 1000 octets.
    static func mailboxName(_ name: String) throws -> String {
        let levels = name.split(separator: "/", omittingEmptySubsequences: false)
        let isLawful =
            name.utf8.count <= 1000 && levels.count <= 50 && levels.allSatisfy { !$0.isEmpty }
            && name.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7f }
        guard isLawful else { throw MailStoreError.badMailboxName(name) }
        // Letters of ASCII only: U+0131 becomes an I in capitals, too.
        guard let first = levels.first, first.utf8.elementsEqual("INBOX".utf8, by: { $0 & 0xdf == $1 }) else {
            return name
        }
        return (["INBOX"] + levels.dropFirst()).joined(separator: "/")
    }
}
