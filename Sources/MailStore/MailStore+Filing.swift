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
            try insert(numbered, email, octets: octets, .arrival, in: transaction)
            try remember(facts, in: numbered.thread, numbered.account, in: transaction)
            filed.append(numbered)
            transaction.announce(
                .arrived(
                    MailboxKey(account: copy.account, mailbox: copy.mailbox), UIDSet(numbered.uid...numbered.uid),
                    numbered.modSeq))
        }
        if !filed.isEmpty { try keep(facts, of: email, in: transaction) }
        return filed
    }

    /// Files the copies of a record that are not there yet: after a power cut, and when a database is made anew.
    ///
    /// A copy whose mailbox is gone is left out: who removed the mailbox removed its messages. In a rebuild the message stays all
    /// the same, since it may have been copied before that, as a note behind its record says.
    package static func replay(
        _ record: DeliveryRecord, _ octets: UnsafeRawBufferPointer, _ reason: LogDescribing.ReplayReason,
        in transaction: SQLTransaction
    ) throws {
        guard !record.copies.isEmpty else { return }
        let facts = MessageFacts(parsing: octets)
        var isFiled = reason == .rebuild
        for copy in record.copies {
            if try replay(copy, of: record.email, octets: Int64(octets.count), in: transaction) {
                try remember(facts, in: copy.thread, copy.account, in: transaction)
                isFiled = true
            } else if reason == .rebuild {
                try transaction.lower(record.email)
            } else {
                try transaction.release(record.email)
            }
        }
        if isFiled { try keep(facts, of: record.email, in: transaction) }
        // A rebuild finds a note of it behind the record.
        if reason == .recovery, let replaced = record.replaced { try remove(replaced, in: transaction) }
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
        try insert(copy, email, octets: octets, .replay, in: transaction)
        return true
    }

    /// How a copy comes into its mailbox.
    enum Filing {
        /// Behind all that came before it.
        case arrival
        /// Again, with a MODSEQ that may be that of a later change.
        case replay
    }

    /// The rows of one copy; those that are there already stay.
    static func insert(
        _ copy: FiledCopy, _ email: EmailID, octets: Int64, _ filing: Filing, in transaction: SQLTransaction
    ) throws {
        let size = octets + Int64(copy.prefix.count)
        guard try insertRow(copy, email, size: size, filing, in: transaction) else { return }
        let added = MailboxDelta(
            messages: 1, unseen: copy.flags.contains(.seen) ? 0 : 1, octets: size, uidNext: Int64(copy.uid.rawValue) + 1
        )
        let key = MailboxKey(account: copy.account, mailbox: copy.mailbox)
        try count(added, key, copy.modSeq, in: transaction)
    }

    /// The copy's own row. Whoever calls this counts it.
    ///
    /// - Parameter size: octets of the prefix and of the stored message.
    /// - Returns: whether it is new.
    static func insertRow(
        _ copy: FiledCopy, _ email: EmailID, size: Int64, _ filing: Filing, in transaction: SQLTransaction
    ) throws -> Bool {
        try transaction.run(
            """
            INSERT INTO message (account, mailbox, uid, email, thread, mod_seq, flags, keywords, internal_date, save_date,
                octets, prefix, touched, created)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?6)
            ON CONFLICT (account, mailbox, uid) DO NOTHING
            """, .integer(copy.account.rawValue), .integer(copy.mailbox.rawValue), .integer(Int64(copy.uid.rawValue)),
            .integer(email.rawValue), .integer(copy.thread.rawValue), .integer(copy.modSeq.rawValue),
            .integer(Int64(copy.flags.rawValue)), .text(copy.keywords.joined(separator: " ")),
            .integer(copy.internalDate), .integer(copy.saveDate), .integer(size), .octets(copy.prefix),
            .integer(filing == .replay ? 1 : 0)) > 0
    }

    /// Changes what is counted of a mailbox and its account, at a tick of the account's clock.
    static func count(
        _ delta: MailboxDelta, _ key: MailboxKey, _ modSeq: ModSeq, in transaction: SQLTransaction
    ) throws {
        try transaction.run(
            """
            UPDATE mailbox SET uid_next = max(uid_next, ?3), mod_seq = max(mod_seq, ?4), messages = messages + ?5,
                unseen = unseen + ?6, octets = octets + ?7
            WHERE account = ?1 AND mailbox = ?2
            """, .integer(key.account.rawValue), .integer(key.mailbox.rawValue), .integer(delta.uidNext),
            .integer(modSeq.rawValue), .integer(delta.messages), .integer(delta.unseen), .integer(delta.octets))
        try transaction.run(
            """
            UPDATE account_state SET mod_seq = max(mod_seq, ?2), octets = octets + ?3, messages = messages + ?4
            WHERE account = ?1
            """, .integer(key.account.rawValue), .integer(modSeq.rawValue), .integer(delta.octets),
            .integer(delta.messages))
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
