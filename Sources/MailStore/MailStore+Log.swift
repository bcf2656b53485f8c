public import MailCore
public import Storage

/// What the log's records and notes say of mailboxes.
extension MailStore {
    /// A message's copies as they are filed now.
    public static func copies(of email: EmailID, in transaction: SQLTransaction) throws -> [FiledCopy] {
        var copies: [FiledCopy] = []
        try transaction.query(
            """
            SELECT account, mailbox, uid, mod_seq, thread, flags, keywords, internal_date, save_date, prefix
            FROM message WHERE email = ?1 ORDER BY account, mailbox, uid
            """, .integer(email.rawValue)
        ) { row in
            copies.append(
                FiledCopy(
                    account: AccountID(rawValue: row.integer(0)), mailbox: MailboxID(rawValue: row.integer(1)),
                    uid: UID(rawValue: UInt32(truncatingIfNeeded: row.integer(2))),
                    modSeq: ModSeq(rawValue: row.integer(3)), thread: ThreadID(rawValue: row.integer(4)),
                    flags: SystemFlags(rawValue: UInt8(truncatingIfNeeded: row.integer(5))),
                    keywords: row.text(6).split(separator: " ").map(String.init), internalDate: row.integer(7),
                    saveDate: row.integer(8), prefix: row.octets(9)))
        }
        return copies
    }

    /// What a note has to say today, or nil when later ones say it.
    public static func renew(_ note: LogNote, in transaction: SQLTransaction) throws -> LogNote? {
        switch note {
        case .rows, .expunged: return note
        case .filed(let email, let copy):
            let now = try copies(of: email, in: transaction).first {
                ($0.account, $0.mailbox, $0.uid) == (copy.account, copy.mailbox, copy.uid)
            }
            return now.map { .filed(email, $0) }
        case .flags(let account, let mailbox, let uid, let modSeq, _, _):
            let current = try transaction.first(
                "SELECT mod_seq FROM message WHERE account = ?1 AND mailbox = ?2 AND uid = ?3",
                .integer(account.rawValue), .integer(mailbox.rawValue), .integer(Int64(uid.rawValue))
            ) { ModSeq(rawValue: $0.integer(0)) }
            return current == modSeq ? note : nil
        }
    }

    /// Does a note's change to a database that is made anew.
    public static func apply(_ note: LogNote, in transaction: SQLTransaction) throws {
        switch note {
        case .rows: break
        case .filed(let email, let copy):
            guard let content = try transaction.content(of: email) else { return }
            try insert(copy, email, octets: content.count, in: transaction)
            try transaction.retain(email)
        case .expunged(let account, let mailbox, let uids):
            for uid in uids {
                let email = try transaction.first(
                    "DELETE FROM message WHERE account = ?1 AND mailbox = ?2 AND uid = ?3 RETURNING email",
                    .integer(account.rawValue), .integer(mailbox.rawValue), .integer(Int64(uid.rawValue))
                ) { EmailID(rawValue: $0.integer(0)) }
                if let email { try releaseContent(email, in: transaction) }
            }
        case .flags(let account, let mailbox, let uid, let modSeq, let flags, let keywords):
            try transaction.run(
                """
                UPDATE message SET flags = ?4, keywords = ?5, mod_seq = ?6
                WHERE account = ?1 AND mailbox = ?2 AND uid = ?3 AND mod_seq < ?6
                """, .integer(account.rawValue), .integer(mailbox.rawValue), .integer(Int64(uid.rawValue)),
                .integer(Int64(flags.rawValue)), .text(keywords.joined(separator: " ")), .integer(modSeq.rawValue))
        }
    }

    /// Counts each mailbox and account again, and drops what belongs to none.
    public static func recount(in transaction: SQLTransaction) throws {
        try transaction.run(
            "DELETE FROM mailbox WHERE account NOT IN (SELECT account FROM account_state)")
        try transaction.run(
            """
            DELETE FROM message WHERE NOT EXISTS (SELECT 1 FROM mailbox
                WHERE mailbox.account = message.account AND mailbox.mailbox = message.mailbox)
            """)
        try transaction.run("DELETE FROM email_facts WHERE email NOT IN (SELECT email FROM message)")
        try transaction.run(
            """
            UPDATE mailbox SET (messages, unseen, octets, uid_next, mod_seq) = (
                SELECT count(*), coalesce(sum(1 - (flags & 1)), 0), coalesce(sum(octets), 0),
                    max(mailbox.uid_next, coalesce(max(uid), 0) + 1),
                    max(mailbox.mod_seq, coalesce(max(message.mod_seq), 0))
                FROM message WHERE message.account = mailbox.account AND message.mailbox = mailbox.mailbox)
            """)
        try transaction.run(
            """
            UPDATE account_state SET (messages, octets, mod_seq, next_mailbox) = (
                SELECT coalesce(sum(messages), 0), coalesce(sum(octets), 0),
                    max(account_state.mod_seq, coalesce(max(mod_seq), 0)),
                    max(account_state.next_mailbox, coalesce(max(mailbox), 0) + 1)
                FROM mailbox WHERE mailbox.account = account_state.account)
            """)
    }
}
