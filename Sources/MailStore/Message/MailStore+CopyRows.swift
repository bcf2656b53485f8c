package import MailCore
package import Storage

/// One copy of a message as a list of all of an account's messages has it, valid until the closure that was given it
/// returns.
package struct CopyRow {
    private let row: SQLRow

    fileprivate init(_ row: SQLRow) { self.row = row }

    /// Where it is.
    package var mailbox: MailboxID { MailboxID(rawValue: row.integer(0)) }
    /// Its number there.
    package var uid: UID { UID(rawValue: UInt32(truncatingIfNeeded: row.integer(1))) }
    /// EMAILID.
    package var email: EmailID { EmailID(rawValue: row.integer(2)) }
    /// THREADID.
    package var thread: ThreadID { ThreadID(rawValue: row.integer(3)) }
    /// MODSEQ.
    package var modSeq: ModSeq { ModSeq(rawValue: row.integer(4)) }
    /// Its flags.
    package var flags: SystemFlags { SystemFlags(rawValue: UInt8(truncatingIfNeeded: row.integer(5))) }
    /// Its other flags as written, with a space between them.
    package func withKeywords<T>(_ body: (UnsafeRawBufferPointer) throws -> T) rethrows -> T {
        try row.withOctets(6, body)
    }
    /// INTERNALDATE in seconds since 1970, UTC.
    package var internalDate: Int64 { row.integer(7) }
    /// RFC822.SIZE.
    package var octets: Int64 { row.integer(8) }
}

/// A mailbox's clock.
package struct MailboxClock: Sendable {
    /// Which mailbox.
    package var mailbox: MailboxID
    /// The tick of the last change in it.
    package var modSeq: ModSeq
}

extension MailStore {
    /// Hands over all copies of an account by mailbox and number. Those of mailboxes that are gone may be among them for a
    /// while.
    package static func copies(
        of account: AccountID, in transaction: SQLTransaction, each: (CopyRow) throws -> Void
    ) throws {
        try transaction.query(
            """
            SELECT mailbox, uid, email, thread, mod_seq, flags, keywords, internal_date, octets
            FROM message WHERE account = ?1 ORDER BY mailbox, uid
            """, .integer(account.rawValue)
        ) { try each(CopyRow($0)) }
    }

    /// Hands over the copies of a mailbox from a number on, ascending.
    package static func copies(
        from uid: UInt32, of key: MailboxKey, in transaction: SQLTransaction, each: (CopyRow) throws -> Void
    ) throws {
        try transaction.query(
            """
            SELECT mailbox, uid, email, thread, mod_seq, flags, keywords, internal_date, octets
            FROM message WHERE account = ?1 AND mailbox = ?2 AND uid >= ?3 ORDER BY uid
            """, .integer(key.account.rawValue), .integer(key.mailbox.rawValue), .integer(Int64(uid))
        ) { try each(CopyRow($0)) }
    }

    /// Hands over the copies of a mailbox that were changed after a tick other than by coming.
    package static func copies(
        touchedSince modSeq: ModSeq, of key: MailboxKey, in transaction: SQLTransaction,
        each: (CopyRow) throws -> Void
    ) throws {
        try transaction.query(
            """
            SELECT mailbox, uid, email, thread, mod_seq, flags, keywords, internal_date, octets
            FROM message INDEXED BY message_touched
            WHERE account = ?1 AND mailbox = ?2 AND mod_seq > ?3 AND touched = 1
            """, .integer(key.account.rawValue), .integer(key.mailbox.rawValue), .integer(modSeq.rawValue)
        ) { try each(CopyRow($0)) }
    }

    /// Hands over the copies that an account has of a message. Those of mailboxes that are gone may be among them.
    package static func copies(
        of email: EmailID, _ account: AccountID, in transaction: SQLTransaction, each: (CopyRow) throws -> Void
    ) throws {
        try transaction.query(
            """
            SELECT mailbox, uid, email, thread, mod_seq, flags, keywords, internal_date, octets
            FROM message INDEXED BY message_by_email WHERE email = ?1 AND account = ?2 ORDER BY mailbox, uid
            """, .integer(email.rawValue), .integer(account.rawValue)
        ) { try each(CopyRow($0)) }
    }

    /// The account's mailboxes with their clocks.
    package static func clocks(
        of account: AccountID, in transaction: SQLTransaction
    ) throws -> [MailboxClock] {
        var clocks: [MailboxClock] = []
        try transaction.query(
            "SELECT mailbox, mod_seq FROM mailbox WHERE account = ?1", .integer(account.rawValue)
        ) { row in
            clocks.append(
                MailboxClock(mailbox: MailboxID(rawValue: row.integer(0)), modSeq: ModSeq(rawValue: row.integer(1))))
        }
        return clocks
    }

    /// Whether a part of a message is an attachment; nil where nothing is known of the message.
    package static func hasAttachment(_ email: EmailID, in transaction: SQLTransaction) throws -> Bool? {
        try transaction.first(
            "SELECT has_attachment FROM email_facts WHERE email = ?1", .integer(email.rawValue)
        ) { $0.integer(0) != 0 }
    }
}

extension MailStore {
    /// The header lines of the copy of a message that came first; nil where the account has none.
    package static func earliestPrefix(
        of email: EmailID, _ account: AccountID, in transaction: SQLTransaction
    ) throws -> [UInt8]? {
        try transaction.first(
            """
            SELECT prefix FROM message INDEXED BY message_by_email
            JOIN mailbox ON mailbox.account = message.account AND mailbox.mailbox = message.mailbox
            WHERE message.email = ?1 AND message.account = ?2
            ORDER BY internal_date, message.mailbox, uid LIMIT 1
            """, .integer(email.rawValue), .integer(account.rawValue)
        ) { $0.octets(0) }
    }

    /// Where the parts of a message stand (`PartIndex`), as stored; nil where nothing is known of it.
    package static func partIndex(of email: EmailID, in transaction: SQLTransaction) throws -> [UInt8]? {
        try transaction.first("SELECT parts FROM email_facts WHERE email = ?1", .integer(email.rawValue)) {
            $0.octets(0)
        }
    }
}
