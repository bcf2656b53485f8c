internal import InternetMessage
package import MailCore
package import Storage

/// Rows as FETCH reads them: in the order of their UIDs, and only as much of each as is asked for.
extension MailStore {
    /// Which columns come with a row.
    package enum FetchColumns: Sendable {
        /// Those of the copy itself.
        case copy
        /// The same, and the ENVELOPE.
        case envelope
        /// The same, and all else that was read from the message.
        case facts
        /// The same, the copy's prefix, and where the message stands.
        case content
    }

    /// A message of a mailbox, lent for the time of the call.
    package struct FetchRow {
        fileprivate let row: SQLRow

        /// Its number.
        package var uid: UID { UID(rawValue: UInt32(truncatingIfNeeded: row.integer(0))) }
        /// The message.
        package var email: EmailID { EmailID(rawValue: row.integer(1)) }
        /// Its conversation.
        package var thread: ThreadID { ThreadID(rawValue: row.integer(2)) }
        /// When it was changed last.
        package var modSeq: ModSeq { ModSeq(rawValue: row.integer(3)) }
        /// Its flags.
        package var flags: SystemFlags { SystemFlags(rawValue: UInt8(truncatingIfNeeded: row.integer(4))) }
        /// INTERNALDATE in seconds since 1970, UTC.
        package var internalDate: Int64 { row.integer(6) }
        /// SAVEDATE in seconds since 1970, UTC.
        package var saveDate: Int64 { row.integer(7) }
        /// The copy's prefix and the stored message.
        package var octets: Int64 { row.integer(8) }

        /// Its other flags, separated by spaces.
        package func withKeywords<T>(_ body: (UnsafeRawBufferPointer) throws -> T) rethrows -> T {
            try row.withOctets(5, body)
        }

        /// Whether what was read from the message is there; with `envelope` and above.
        package var hasFacts: Bool { !row.isNull(9) }

        /// The ENVELOPE, ready to send; with `envelope` and above.
        package func withEnvelope<T>(_ body: (UnsafeRawBufferPointer) throws -> T) rethrows -> T {
            try row.withOctets(9, body)
        }

        /// The BODYSTRUCTURE, ready to send; with `facts` and above.
        package func withBodyStructure<T>(_ body: (UnsafeRawBufferPointer) throws -> T) rethrows -> T {
            try row.withOctets(10, body)
        }

        /// The stored form of the message's ``PartIndex``; with `facts` and above.
        package func withPartIndex<T>(_ body: (UnsafeRawBufferPointer) throws -> T) rethrows -> T {
            try row.withOctets(11, body)
        }

        /// The preview; with `facts` and above.
        package func withPreview<T>(_ body: (UnsafeRawBufferPointer) throws -> T) rethrows -> T {
            try row.withOctets(12, body)
        }

        /// Header lines of this copy that come first; with `content`.
        package func withPrefix<T>(_ body: (UnsafeRawBufferPointer) throws -> T) rethrows -> T {
            try row.withOctets(13, body)
        }

        /// Where the message stands, or nil where nobody knows; with `content`.
        package var content: StoredOctets? {
            guard !row.isNull(14) else { return nil }
            return StoredOctets(
                position: LogPosition(segment: row.integer(14), offset: row.integer(15)), count: row.integer(16),
                checksum: UInt32(truncatingIfNeeded: row.integer(17)))
        }
    }

    /// Hands over the messages in a range of numbers, ascending, that were changed after a tick of the account's clock.
    package static func fetchRows(
        _ key: MailboxKey, _ uids: ClosedRange<UInt32>, changedSince: ModSeq?, _ columns: FetchColumns,
        in transaction: SQLTransaction, each: (FetchRow) throws -> Storage.ScanDemand
    ) throws {
        let account = SQLValue.integer(key.account.rawValue)
        let mailbox = SQLValue.integer(key.mailbox.rawValue)
        let first = SQLValue.integer(Int64(uids.lowerBound))
        let last = SQLValue.integer(Int64(uids.upperBound))
        let since = SQLValue.integer(changedSince?.rawValue ?? -1)
        func hand(_ row: SQLRow) throws -> Storage.ScanDemand { try each(FetchRow(row: row)) }
        switch columns {
        case .copy:
            try transaction.scan(
                """
                SELECT uid, email, thread, mod_seq, flags, keywords, internal_date, save_date, octets
                FROM message
                WHERE account = ?1 AND mailbox = ?2 AND uid BETWEEN ?3 AND ?4 AND mod_seq > ?5 ORDER BY uid
                """, account, mailbox, first, last, since, each: hand)
        case .envelope:
            try transaction.scan(
                """
                SELECT uid, message.email, thread, mod_seq, flags, keywords, internal_date, save_date, octets, envelope
                FROM message LEFT JOIN email_facts ON email_facts.email = message.email
                WHERE account = ?1 AND mailbox = ?2 AND uid BETWEEN ?3 AND ?4 AND mod_seq > ?5 ORDER BY uid
                """, account, mailbox, first, last, since, each: hand)
        case .facts:
            try transaction.scan(
                """
                SELECT uid, message.email, thread, mod_seq, flags, keywords, internal_date, save_date, octets, envelope,
                    body_structure, parts, preview
                FROM message LEFT JOIN email_facts ON email_facts.email = message.email
                WHERE account = ?1 AND mailbox = ?2 AND uid BETWEEN ?3 AND ?4 AND mod_seq > ?5 ORDER BY uid
                """, account, mailbox, first, last, since, each: hand)
        case .content:
            try transaction.scan(
                """
                SELECT uid, message.email, thread, mod_seq, flags, keywords, internal_date, save_date, octets, envelope,
                    body_structure, parts, preview, prefix, segment, body_offset, body_length, body_checksum
                FROM message LEFT JOIN email_facts ON email_facts.email = message.email
                    LEFT JOIN content ON content.email = message.email
                WHERE account = ?1 AND mailbox = ?2 AND uid BETWEEN ?3 AND ?4 AND mod_seq > ?5 ORDER BY uid
                """, account, mailbox, first, last, since, each: hand)
        }
    }

    /// Where the messages in a range of numbers stand, ascending, that were changed after a tick of the account's clock;
    /// nil for one of which nobody knows.
    package static func fetchContents(
        _ key: MailboxKey, _ uids: ClosedRange<UInt32>, changedSince: ModSeq?, in transaction: SQLTransaction,
        each: (UID, StoredOctets?) throws -> Storage.ScanDemand
    ) throws {
        try transaction.scan(
            """
            SELECT uid, segment, body_offset, body_length, body_checksum
            FROM message LEFT JOIN content ON content.email = message.email
            WHERE account = ?1 AND mailbox = ?2 AND uid BETWEEN ?3 AND ?4 AND mod_seq > ?5 ORDER BY uid
            """, .integer(key.account.rawValue), .integer(key.mailbox.rawValue), .integer(Int64(uids.lowerBound)),
            .integer(Int64(uids.upperBound)), .integer(changedSince?.rawValue ?? -1)
        ) { row in
            let uid = UID(rawValue: UInt32(truncatingIfNeeded: row.integer(0)))
            guard !row.isNull(1) else { return try each(uid, nil) }
            let content = StoredOctets(
                position: LogPosition(segment: row.integer(1), offset: row.integer(2)), count: row.integer(3),
                checksum: UInt32(truncatingIfNeeded: row.integer(4)))
            return try each(uid, content)
        }
    }

    /// The account's clock: all that has happened is at or before it.
    package static func clock(of account: AccountID, in transaction: SQLTransaction) throws -> ModSeq {
        try transaction.first(
            "SELECT mod_seq FROM account_state WHERE account = ?1", .integer(account.rawValue)
        ) { ModSeq(rawValue: $0.integer(0)) } ?? ModSeq(rawValue: 0)
    }

    /// The messages in a range of numbers that are not `\Seen` and were changed after a tick of the account's clock,
    /// ascending.
    package static func unseen(
        _ key: MailboxKey, _ uids: ClosedRange<UInt32>, changedSince: ModSeq?, in transaction: SQLTransaction,
        each: (UID) -> Void
    ) throws {
        try transaction.query(
            """
            SELECT uid FROM message
            WHERE account = ?1 AND mailbox = ?2 AND uid BETWEEN ?3 AND ?4 AND flags & 1 = 0 AND mod_seq > ?5
            ORDER BY uid
            """, .integer(key.account.rawValue), .integer(key.mailbox.rawValue), .integer(Int64(uids.lowerBound)),
            .integer(Int64(uids.upperBound)), .integer(changedSince?.rawValue ?? -1)
        ) { each(UID(rawValue: UInt32(truncatingIfNeeded: $0.integer(0)))) }
    }
}
