package import InternetMessage
package import MailCore
package import Storage

extension MailStore {
    /// Files copies of a message that is being delivered, and keeps what was read from it.
    ///
    /// - Parameter octets: how many the stored message has, without the copies' prefixes.
    /// - Returns: the copies with their numbers, for the delivery's record.
    package static func file(
        _ copies: [NewCopy], of email: EmailID, _ facts: MessageFacts, octets: Int64, in transaction: SQLTransaction
    ) throws -> [FiledCopy] {
        var filed: [FiledCopy] = []
        for copy in copies {
            let numbered = try number(copy, email, facts, in: transaction)
            try insert(numbered, email, octets: octets, in: transaction)
            try remember(facts, in: numbered.thread, numbered.account, in: transaction)
            filed.append(numbered)
        }
        if !filed.isEmpty { try keep(facts, of: email, in: transaction) }
        return filed
    }

    /// Files the copies of a record that are not there yet: after a power cut, and when a database is made anew.
    ///
    /// A copy whose mailbox is gone is left out: who removed the mailbox removed its messages.
    package static func replay(
        _ record: DeliveryRecord, _ octets: UnsafeRawBufferPointer, in transaction: SQLTransaction
    ) throws {
        guard !record.copies.isEmpty else { return }
        let facts = MessageFacts(parsing: octets)
        var isFiled = false
        for copy in record.copies {
            if try replay(copy, of: record.email, octets: Int64(octets.count), in: transaction) {
                try remember(facts, in: copy.thread, copy.account, in: transaction)
                isFiled = true
            } else {
                try transaction.release(record.email)
            }
        }
        if isFiled { try keep(facts, of: record.email, in: transaction) }
    }

    /// Gives the copy its number, its clock and its conversation.
    private static func number(
        _ copy: NewCopy, _ email: EmailID, _ facts: MessageFacts, in transaction: SQLTransaction
    ) throws -> FiledCopy {
        let modSeq = try nextModSeq(copy.account, in: transaction)
        let uidNext = try transaction.first(
            "SELECT uid_next FROM mailbox WHERE account = ?1 AND mailbox = ?2", .integer(copy.account.rawValue),
            .integer(copy.mailbox.rawValue)
        ) { $0.integer(0) }
        guard let uidNext else { throw MailStoreError.noSuchMailbox("number \(copy.mailbox.rawValue)") }
        guard let uid = UInt32(exactly: uidNext), uid < UInt32.max else { throw MailStoreError.uidsUsedUp }
        return FiledCopy(
            account: copy.account, mailbox: copy.mailbox, uid: UID(rawValue: uid), modSeq: modSeq,
            thread: try thread(of: facts, copy.account, in: transaction) ?? ThreadID(rawValue: email.rawValue),
            flags: copy.flags, keywords: copy.keywords.sorted().map(\.text), internalDate: copy.internalDate,
            saveDate: copy.saveDate, prefix: copy.prefix)
    }

    private static func replay(
        _ copy: FiledCopy, of email: EmailID, octets: Int64, in transaction: SQLTransaction
    ) throws -> Bool {
        guard try hasMailbox(copy.mailbox, copy.account, in: transaction) else { return false }
        try insert(copy, email, octets: octets, in: transaction)
        return true
    }

    /// The rows of one copy; those that are there already stay.
    static func insert(
        _ copy: FiledCopy, _ email: EmailID, octets: Int64, in transaction: SQLTransaction
    ) throws {
        let account = SQLValue.integer(copy.account.rawValue)
        let mailbox = SQLValue.integer(copy.mailbox.rawValue)
        let size = SQLValue.integer(octets + Int64(copy.prefix.count))
        let modSeq = SQLValue.integer(copy.modSeq.rawValue)
        let inserted = try transaction.run(
            """
            INSERT INTO message VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
            ON CONFLICT (account, mailbox, uid) DO NOTHING
            """, account, mailbox, .integer(Int64(copy.uid.rawValue)), .integer(email.rawValue),
            .integer(copy.thread.rawValue), modSeq, .integer(Int64(copy.flags.rawValue)),
            .text(copy.keywords.joined(separator: " ")), .integer(copy.internalDate), .integer(copy.saveDate), size,
            .octets(copy.prefix))
        guard inserted > 0 else { return }
        try transaction.run(
            """
            UPDATE mailbox SET uid_next = max(uid_next, ?3), mod_seq = max(mod_seq, ?4), messages = messages + 1,
                unseen = unseen + ?5, octets = octets + ?6
            WHERE account = ?1 AND mailbox = ?2
            """, account, mailbox, .integer(Int64(copy.uid.rawValue) + 1), modSeq,
            .integer(copy.flags.contains(.seen) ? 0 : 1), size)
        try transaction.run(
            """
            UPDATE account_state SET mod_seq = max(mod_seq, ?2), octets = octets + ?3, messages = messages + 1
            WHERE account = ?1
            """, account, modSeq, size)
    }

    static func keep(_ facts: MessageFacts, of email: EmailID, in transaction: SQLTransaction) throws {
        try transaction.run(
            "INSERT INTO email_facts VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT (email) DO NOTHING",
            .integer(email.rawValue), .octets(facts.envelope), .octets(facts.bodyStructure), .octets(facts.partIndex),
            .text(facts.subject), .text(facts.preview), .optional(facts.sentSecondsSince1970),
            .integer(facts.hasAttachment ? 1 : 0))
        guard facts.wireOctetsAdded > 0 else { return }
        try transaction.run(
            "INSERT INTO wire_size VALUES (?1, ?2) ON CONFLICT (email) DO NOTHING", .integer(email.rawValue),
            .integer(Int64(facts.wireOctetsAdded)))
    }

    /// Forgets what was read from a message.
    static func forgetFacts(of email: EmailID, in transaction: SQLTransaction) throws {
        try transaction.run("DELETE FROM email_facts WHERE email = ?1", .integer(email.rawValue))
        try transaction.run("DELETE FROM wire_size WHERE email = ?1", .integer(email.rawValue))
    }
}
