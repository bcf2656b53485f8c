public import MailCore
public import Storage

/// What STATUS asks for and a mailbox's row does not say.
extension MailStore {
    /// Messages that the next EXPUNGE takes away.
    public struct DeletedMessages: Sendable, Equatable {
        /// How many.
        public var messages: Int64
        /// Their octets.
        public var octets: Int64
    }

    /// The messages of a mailbox that are `\Deleted`; an index has them alone.
    public static func deleted(in key: MailboxKey, in transaction: SQLTransaction) throws -> DeletedMessages {
        try transaction.first(
            """
            SELECT count(*), coalesce(sum(octets), 0) FROM message INDEXED BY message_deleted
            WHERE account = ?1 AND mailbox = ?2 AND flags & 8 <> 0
            """, .integer(key.account.rawValue), .integer(key.mailbox.rawValue)
        ) { DeletedMessages(messages: $0.integer(0), octets: $0.integer(1)) }
            ?? DeletedMessages(messages: 0, octets: 0)
    }

    /// Octets that sending a mailbox's messages line by line adds to them (RFC 8438 §2: SIZE is no less than the sum of
    /// RFC822.SIZE). Few messages have any: the search begins with these.
    public static func wireOctetsAdded(in key: MailboxKey, in transaction: SQLTransaction) throws -> Int64 {
        try transaction.first(
            """
            SELECT coalesce(sum(added), 0) FROM wire_size CROSS JOIN message ON message.email = wire_size.email
            WHERE account = ?1 AND mailbox = ?2
            """, .integer(key.account.rawValue), .integer(key.mailbox.rawValue)
        ) { $0.integer(0) } ?? 0
    }
}
