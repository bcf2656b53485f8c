internal import InternetMessage
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

    /// Notes that say how things are now with what a note is about.
    public static func restate(_ note: LogNote, in transaction: SQLTransaction) throws -> [LogNote] {
        switch note {
        case .rows, .settled:
            return []
        case .filed(_, let copy):
            return try restate(copy.account, copy.mailbox, [copy.uid], copy.modSeq, in: transaction)
        case .expunged(let account, let mailbox, let uids, let modSeq):
            // Nothing comes back into a mailbox that is gone.
            guard try hasMailbox(mailbox, account, in: transaction) else { return [] }
            return try restate(account, mailbox, uids, modSeq, in: transaction)
        case .flags(let account, let mailbox, let uids, _, _, _):
            return try restateFlags(account, mailbox, uids, in: transaction)
        }
    }

    /// One note for all messages that are alike.
    private static func restateFlags(
        _ account: AccountID, _ mailbox: MailboxID, _ uids: [UID], in transaction: SQLTransaction
    ) throws -> [LogNote] {
        var alike: [FlagState: [UID]] = [:]
        let key = MailboxKey(account: account, mailbox: mailbox)
        try rows(of: UIDSet(uids), in: key, [], transaction) { row in
            alike[FlagState(modSeq: row.modSeq, flags: row.flags, keywords: row.keywords), default: []].append(row.uid)
        }
        return alike.map { state, uids in
            .flags(account, mailbox, uids, state.modSeq, state.flags, keywords: state.keywords)
        }
    }

    private struct FlagState: Hashable {
        let modSeq: ModSeq
        let flags: SystemFlags
        let keywords: [String]
    }

    private static func restate(
        _ account: AccountID, _ mailbox: MailboxID, _ uids: [UID], _ modSeq: ModSeq, in transaction: SQLTransaction
    ) throws -> [LogNote] {
        var notes: [LogNote] = []
        var gone: [UID] = []
        for uid in uids {
            if let (email, copy) = try filed(account, mailbox, uid, in: transaction) {
                notes.append(.filed(email, copy))
            } else {
                gone.append(uid)
            }
        }
        if !gone.isEmpty { notes.append(.expunged(account, mailbox, gone, modSeq)) }
        return notes
    }

    private static func filed(
        _ account: AccountID, _ mailbox: MailboxID, _ uid: UID, in transaction: SQLTransaction
    ) throws -> (EmailID, FiledCopy)? {
        let email = try transaction.first(
            "SELECT email FROM message WHERE account = ?1 AND mailbox = ?2 AND uid = ?3", .integer(account.rawValue),
            .integer(mailbox.rawValue), .integer(Int64(uid.rawValue))
        ) { EmailID(rawValue: $0.integer(0)) }
        guard let email else { return nil }
        let copy = try copies(of: email, in: transaction).first {
            ($0.account, $0.mailbox, $0.uid) == (account, mailbox, uid)
        }
        return copy.map { (email, $0) }
    }

    /// Whether the number of a copy belongs to a message already.
    public static func isTaken(_ copy: FiledCopy, in transaction: SQLTransaction) throws -> Bool {
        try filed(copy.account, copy.mailbox, copy.uid, in: transaction) != nil
    }

    /// Notes the rows of an account's mailboxes: the numbers that they have come to stand in no other record.
    public static func salvageMailboxes(_ account: AccountID, in transaction: SQLTransaction) throws {
        try transaction.salvage(table: "mailbox", key: "account", .integer(account.rawValue))
        try transaction.salvage(table: "account_state", key: "account", .integer(account.rawValue))
    }

    /// Sees the numbers of mailboxes that rows in a note have.
    public static func numbers(in rows: NotedRows, _ seen: inout NumbersSeen) {
        guard let account = NotedRows.integer("account", of: rows.key) else { return }
        seen.see(account, of: .directory(NumbersSeen.accounts))
        let series = NumbersSeen.Series.mailboxes(AccountID(rawValue: account))
        if let number = NotedRows.integer("mailbox", of: rows.key) { seen.see(number, of: series) }
        for row in rows.rows {
            if let number = NotedRows.integer("mailbox", of: row) { seen.see(number, of: series) }
            if let next = NotedRows.integer("next_mailbox", of: row) { seen.see(next - 1, of: series) }
        }
    }

    /// Numbers of mailboxes that the log names are not given again.
    public static func reserve(_ seen: NumbersSeen, in transaction: SQLTransaction) throws {
        for (series, number) in seen.highest {
            guard case .mailboxes(let account) = series else { continue }
            try transaction.run(
                "UPDATE account_state SET next_mailbox = max(next_mailbox, ?2) WHERE account = ?1",
                .integer(account.rawValue), .integer(number + 1))
        }
    }

    /// Does a note's change to a database that is made anew.
    public static func apply(_ note: LogNote, in transaction: SQLTransaction) throws {
        switch note {
        case .rows, .settled: break
        case .filed(let email, let copy):
            guard try hasMailbox(copy.mailbox, copy.account, in: transaction),
                let content = try transaction.content(of: email)
            else { return }
            try insert(copy, email, octets: content.count, .replay, in: transaction)
            try transaction.retain(email)
        case .expunged(let account, let mailbox, let uids, let modSeq):
            for uid in uids {
                let email = try transaction.first(
                    "DELETE FROM message WHERE account = ?1 AND mailbox = ?2 AND uid = ?3 RETURNING email",
                    .integer(account.rawValue), .integer(mailbox.rawValue), .integer(Int64(uid.rawValue))
                ) { EmailID(rawValue: $0.integer(0)) }
                if let email { try transaction.lower(email) }
                try transaction.run(
                    """
                    INSERT INTO expunged (account, mailbox, mod_seq, uid) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING
                    """, .integer(account.rawValue), .integer(mailbox.rawValue), .integer(modSeq.rawValue),
                    .integer(Int64(uid.rawValue)))
            }
        case .flags(let account, let mailbox, let uids, let modSeq, let flags, let keywords):
            for uid in uids {
                try transaction.run(
                    """
                    UPDATE message SET flags = ?4, keywords = ?5, mod_seq = ?6, touched = 1
                    WHERE account = ?1 AND mailbox = ?2 AND uid = ?3 AND mod_seq < ?6
                    """, .integer(account.rawValue), .integer(mailbox.rawValue), .integer(Int64(uid.rawValue)),
                    .integer(Int64(flags.rawValue)), .text(keywords.joined(separator: " ")), .integer(modSeq.rawValue))
            }
        }
    }

    /// Takes all copies of a message away of which nothing is left.
    public static func discard(_ email: EmailID, in transaction: SQLTransaction) throws {
        for copy in try copies(of: email, in: transaction) {
            let key = MailboxKey(account: copy.account, mailbox: copy.mailbox)
            _ = try expunge(.all(UIDSet(copy.uid...copy.uid)), from: key, in: transaction)
        }
    }

    /// The header line that the copies of a damaged message get, for people and for programs.
    package static let damageField = "X-Paloma-Damaged: octets of this message were lost or changed on the disk\r\n"

    /// What was read from a message is read again, since its octets are not what they were; its copies say so.
    public static func reread(
        _ email: EmailID, _ octets: UnsafeRawBufferPointer, in transaction: SQLTransaction
    ) throws {
        try forgetFacts(of: email, in: transaction)
        try keep(MessageFacts(parsing: octets), of: email, in: transaction)
        try transaction.run(
            """
            UPDATE message SET prefix = CAST(prefix || ?3 AS BLOB), octets = ?2 + length(prefix) + length(?3)
            WHERE email = ?1
            """, .integer(email.rawValue), .integer(Int64(octets.count)), .octets(Array(damageField.utf8)))
        try recount(in: transaction)
    }

}
