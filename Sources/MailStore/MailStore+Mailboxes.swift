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
            list.append(MailboxSummary(row))
        }
        return list
    }

    /// All mailboxes of an account, in the order of their making.
    public func mailboxes(_ account: AccountID) async throws -> [MailboxSummary] {
        try await store.read { try Self.mailboxes(account, in: $0) }
    }
}

extension MailStore.MailboxSummary {
    /// From `mailbox, name, special_use, uid_validity, uid_next, mod_seq, messages, unseen, octets`.
    init(_ row: SQLRow) {
        self.init(
            mailbox: MailboxID(rawValue: row.integer(0)), name: row.text(1),
            specialUse: row.optionalText(2).flatMap(SpecialUse.init(rawValue:)),
            uidValidity: UIDValidity(rawValue: UInt32(truncatingIfNeeded: row.integer(3))),
            uidNext: row.integer(4), highestModSeq: ModSeq(rawValue: row.integer(5)), messages: row.integer(6),
            unseen: row.integer(7), octets: row.integer(8))
    }
}
