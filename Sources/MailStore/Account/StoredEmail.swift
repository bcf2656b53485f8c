package import MailCore
package import Storage

/// A message of an account with all its copies: JMAP's Email (RFC 8621 §4, docs/decisions/0032-jmap-emails.md).
package struct StoredEmail: Sendable {
    /// One of them.
    package struct Copy: Hashable, Sendable {
        package let mailbox: MailboxID
        package let uid: UID
        package let modSeq: ModSeq
        package let flags: SystemFlags
        /// As written, sorted.
        package let keywords: [String]
        /// INTERNALDATE in seconds since 1970, UTC.
        package let internalDate: Int64
        /// Octets of the prefix and the stored message.
        package let octets: Int64
        /// Header lines of this copy that come before the stored octets.
        package let prefix: [UInt8]
    }

    /// What was read from the message when it came.
    package struct Facts: Hashable, Sendable {
        /// ENVELOPE, as IMAP sends it.
        package let envelope: [UInt8]
        /// BODYSTRUCTURE, as IMAP sends it.
        package let bodyStructure: [UInt8]
        /// Where its parts stand (`PartIndex`).
        package let parts: [UInt8]
        /// The decoded subject.
        package let subject: String
        package let preview: String
        /// The Date field in seconds since 1970, UTC.
        package let sentDate: Int64?
        package let hasAttachment: Bool
    }

    package let email: EmailID
    package let thread: ThreadID
    /// By mailbox and UID; never empty.
    package var copies: [Copy]
    /// Where the octets behind the prefix stand; nil in a damaged store.
    package let content: StoredOctets?
    /// Nil when they were not asked for, or in a damaged store.
    package let facts: Facts?

    /// The copy that came first: its prefix and its date are the message's.
    package var earliest: Copy {
        copies.dropFirst().reduce(copies[0]) { first, copy in
            (copy.internalDate, copy.mailbox, copy.uid) < (first.internalDate, first.mailbox, first.uid) ? copy : first
        }
    }
}

extension MailStore {
    /// What of a message is read beside its copies.
    package enum EmailParts: Hashable, Sendable {
        case copies
        case copiesAndFacts
    }

    /// A message of an account; nil when it has no copy in any of its mailboxes.
    ///
    /// - Parameter mailboxes: those whose copies count; nil: all of them.
    package static func email(
        _ email: EmailID, of account: AccountID, within mailboxes: Set<MailboxID>? = nil, _ parts: EmailParts = .copies,
        in transaction: SQLTransaction
    ) throws -> StoredEmail? {
        var copies: [StoredEmail.Copy] = []
        var thread = ThreadID(rawValue: 0)
        try transaction.query(
            """
            SELECT message.mailbox, uid, message.mod_seq, flags, keywords, internal_date, message.octets, prefix, thread
            FROM message CROSS JOIN mailbox
            WHERE message.email = ?1 AND message.account = ?2
                AND mailbox.account = ?2 AND mailbox.mailbox = message.mailbox
            ORDER BY message.mailbox, uid
            """, .integer(email.rawValue), .integer(account.rawValue)
        ) { row in
            let mailbox = MailboxID(rawValue: row.integer(0))
            guard mailboxes?.contains(mailbox) ?? true else { return }
            thread = ThreadID(rawValue: row.integer(8))
            copies.append(StoredEmail.Copy(mailbox, row))
        }
        guard !copies.isEmpty else { return nil }
        return StoredEmail(
            email: email, thread: thread, copies: copies, content: try transaction.content(of: email),
            facts: parts == .copies ? nil : try facts(of: email, in: transaction))
    }

    private static func facts(of email: EmailID, in transaction: SQLTransaction) throws -> StoredEmail.Facts? {
        try transaction.first(
            """
            SELECT envelope, body_structure, parts, subject, preview, sent_date, has_attachment
            FROM email_facts WHERE email = ?1
            """, .integer(email.rawValue)
        ) { row in
            StoredEmail.Facts(
                envelope: row.octets(0), bodyStructure: row.octets(1), parts: row.octets(2), subject: row.text(3),
                preview: row.text(4), sentDate: row.optionalInteger(5), hasAttachment: row.integer(6) != 0)
        }
    }

    /// The messages of a conversation that are in any of the mailboxes, by the date of their earliest copy and their number
    /// (RFC 8621 §3); empty when there is none.
    ///
    /// - Parameter mailboxes: those whose copies count; nil: all of them.
    package static func emails(
        inThread thread: ThreadID, of account: AccountID, within mailboxes: Set<MailboxID>? = nil,
        in transaction: SQLTransaction
    ) throws -> [EmailID] {
        var dates: [Int64: Int64] = [:]
        try transaction.query(
            """
            SELECT email, internal_date, message.mailbox
            FROM message INDEXED BY message_in_thread CROSS JOIN mailbox
            WHERE thread = ?1 AND thread <> email AND message.account = ?2
                AND mailbox.account = ?2 AND mailbox.mailbox = message.mailbox
            UNION ALL
            SELECT email, internal_date, message.mailbox
            FROM message INDEXED BY message_by_email CROSS JOIN mailbox
            WHERE email = ?1 AND thread = ?1 AND message.account = ?2
                AND mailbox.account = ?2 AND mailbox.mailbox = message.mailbox
            """, .integer(thread.rawValue), .integer(account.rawValue)
        ) { row in
            guard mailboxes?.contains(MailboxID(rawValue: row.integer(2))) ?? true else { return }
            dates[row.integer(0)] = min(dates[row.integer(0)] ?? .max, row.integer(1))
        }
        return dates.sorted { ($0.value, $0.key) < ($1.value, $1.key) }.map { EmailID(rawValue: $0.key) }
    }
}

extension StoredEmail.Copy {
    fileprivate init(_ mailbox: MailboxID, _ row: SQLRow) {
        self.init(
            mailbox: mailbox, uid: UID(rawValue: UInt32(truncatingIfNeeded: row.integer(1))),
            modSeq: ModSeq(rawValue: row.integer(2)),
            flags: SystemFlags(rawValue: UInt8(truncatingIfNeeded: row.integer(3))),
            keywords: row.withOctets(4) { $0.isEmpty ? [] : row.text(4).split(separator: " ").map(String.init) },
            internalDate: row.integer(5), octets: row.integer(6), prefix: row.octets(7))
    }
}
