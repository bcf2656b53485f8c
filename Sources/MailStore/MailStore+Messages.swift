public import MailCore
public import Storage

extension MailStore {
    /// A message as a listing shows it.
    public struct MessageSummary: Sendable, Equatable {
        /// Its number in the mailbox.
        public var uid: UID
        /// The message.
        public var email: EmailID
        /// Its size as it is sent line by line (RFC 1939 §11): the copy's prefix, the stored message, and what ``WireSize``
        /// says is added to it.
        public var octets: Int64
    }

    /// What is needed to send a copy.
    public struct MessageSource: Sendable {
        /// Header lines of this copy that come first.
        public var prefix: [UInt8]
        /// Where the rest stands.
        public var content: StoredOctets
        /// Its flags.
        public var flags: SystemFlags
        /// Its other flags.
        public var keywords: [String]
        /// INTERNALDATE in seconds since 1970, UTC.
        public var internalDate: Int64
    }

    /// The messages of a mailbox, ascending, with its UIDVALIDITY: a snapshot. About 24 octets a message.
    public func messages(
        _ account: AccountID, _ mailbox: MailboxID
    ) async throws -> (uidValidity: UIDValidity, messages: [MessageSummary]) {
        try await store.read { transaction in
            let validity = try transaction.first(
                "SELECT uid_validity, messages FROM mailbox WHERE account = ?1 AND mailbox = ?2",
                .integer(account.rawValue), .integer(mailbox.rawValue)
            ) { (UIDValidity(rawValue: UInt32(truncatingIfNeeded: $0.integer(0))), Int($0.integer(1))) }
            guard let (validity, count) = validity else {
                throw MailStoreError.noSuchMailbox("number \(mailbox.rawValue)")
            }
            var list: [MessageSummary] = []
            list.reserveCapacity(count)
            try transaction.query(
                """
                SELECT uid, message.email, octets + coalesce(added, 0)
                FROM message LEFT JOIN wire_size ON wire_size.email = message.email
                WHERE account = ?1 AND mailbox = ?2 ORDER BY uid
                """, .integer(account.rawValue), .integer(mailbox.rawValue)
            ) { row in
                list.append(
                    MessageSummary(
                        uid: UID(rawValue: UInt32(truncatingIfNeeded: row.integer(0))),
                        email: EmailID(rawValue: row.integer(1)), octets: row.integer(2)))
            }
            return (validity, list)
        }
    }

    /// Where a copy's octets come from; throws `notFound` when it was expunged meanwhile.
    public static func source(
        _ account: AccountID, _ mailbox: MailboxID, _ uid: UID, in transaction: SQLTransaction
    ) throws -> MessageSource {
        let row = try transaction.first(
            """
            SELECT email, prefix, flags, keywords, internal_date FROM message
            WHERE account = ?1 AND mailbox = ?2 AND uid = ?3
            """, .integer(account.rawValue), .integer(mailbox.rawValue), .integer(Int64(uid.rawValue))
        ) { row in
            (
                EmailID(rawValue: row.integer(0)), row.octets(1),
                SystemFlags(rawValue: UInt8(truncatingIfNeeded: row.integer(2))), row.text(3), row.integer(4)
            )
        }
        guard let (email, prefix, flags, keywords, date) = row, let content = try transaction.content(of: email) else {
            throw StorageError(.notFound, "the message was expunged")
        }
        return MessageSource(
            prefix: prefix, content: content, flags: flags, keywords: keywords.split(separator: " ").map(String.init),
            internalDate: date)
    }

    /// What is needed to send one of several copies.
    public struct NumberedSource: Sendable {
        /// The copy's number in its mailbox.
        public var uid: UID
        /// Header lines of this copy that come first.
        public var prefix: [UInt8]
        /// Where the rest stands.
        public var content: StoredOctets
    }

    /// Where the octets of the copies in a range of numbers come from, ascending; those that were expunged are left out.
    public static func sources(
        _ account: AccountID, _ mailbox: MailboxID, _ uids: ClosedRange<UID>, in transaction: SQLTransaction
    ) throws -> [NumberedSource] {
        var sources: [NumberedSource] = []
        try transaction.query(
            """
            SELECT uid, prefix, segment, body_offset, body_length, body_checksum
            FROM message JOIN content ON content.email = message.email
            WHERE account = ?1 AND mailbox = ?2 AND uid BETWEEN ?3 AND ?4 ORDER BY uid
            """, .integer(account.rawValue), .integer(mailbox.rawValue), .integer(Int64(uids.lowerBound.rawValue)),
            .integer(Int64(uids.upperBound.rawValue))
        ) { row in
            let content = StoredOctets(
                position: LogPosition(segment: row.integer(2), offset: row.integer(3)), count: row.integer(4),
                checksum: UInt32(truncatingIfNeeded: row.integer(5)))
            sources.append(
                NumberedSource(
                    uid: UID(rawValue: UInt32(truncatingIfNeeded: row.integer(0))), prefix: row.octets(1),
                    content: content))
        }
        return sources
    }
}
