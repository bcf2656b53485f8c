public import Storage

extension MailStore {
    /// Counts each mailbox and account again, and drops what belongs to none.
    ///
    /// Numbers and clocks never go back: also those of messages that are gone count, and those noted before.
    ///
    /// - Parameter reason: after a rebuild no number is given that may have been given before.
    public static func recount(
        _ reason: LogDescribing.RecountReason = .repair, in transaction: SQLTransaction
    ) throws {
        try drop(in: transaction)
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
            UPDATE mailbox SET (uid_next, mod_seq) = (
                SELECT max(mailbox.uid_next, coalesce(max(uid), 0) + 1),
                    max(mailbox.mod_seq, coalesce(max(expunged.mod_seq), 0))
                FROM expunged WHERE expunged.account = mailbox.account AND expunged.mailbox = mailbox.mailbox)
            """)
        try transaction.run(
            """
            UPDATE account_state SET (messages, octets, mod_seq, next_mailbox) = (
                SELECT coalesce(sum(messages), 0), coalesce(sum(octets), 0),
                    max(account_state.mod_seq, coalesce(max(mod_seq), 0)),
                    max(account_state.next_mailbox, coalesce(max(mailbox), 0) + 1)
                FROM mailbox WHERE mailbox.account = account_state.account)
            """)
        try transaction.run(
            """
            UPDATE message SET touched = 1 WHERE touched = 0 AND (account, mailbox) IN (
                SELECT account, mailbox FROM (
                    SELECT account, mailbox, touched, mod_seq, min(mod_seq) OVER (
                        PARTITION BY account, mailbox ORDER BY uid DESC ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
                    ) AS later FROM message)
                WHERE touched = 0 AND mod_seq > later)
            """)
        try transaction.run("UPDATE message SET created = mod_seq WHERE created > mod_seq")
        try transaction.run("UPDATE expunged SET created = mod_seq WHERE created > mod_seq")
        guard reason == .rebuild else { return }
        let stride = SQLValue.integer(numberStride)
        try transaction.run("UPDATE mailbox SET uid_next = uid_next + ?1, mod_seq = mod_seq + ?1", stride)
        try transaction.run("UPDATE account_state SET mod_seq = mod_seq + ?1", stride)
        // The log does not know of everything that went.
        try transaction.run("UPDATE mailbox SET expunged_floor = mod_seq")
        try transaction.run("UPDATE account_state SET changes_floor = mod_seq")
    }

    /// More messages than are likely to have come and gone without a trace in what is left of the log.
    private static let numberStride: Int64 = 10_000

    private static func drop(in transaction: SQLTransaction) throws {
        try transaction.run("DELETE FROM mailbox WHERE account NOT IN (SELECT account FROM account_state)")
        try transaction.run(
            """
            DELETE FROM message WHERE NOT EXISTS (SELECT 1 FROM mailbox
                WHERE mailbox.account = message.account AND mailbox.mailbox = message.mailbox)
            """)
        try transaction.run(
            """
            DELETE FROM expunged WHERE (account, mailbox) NOT IN (
                SELECT account, mailbox FROM mailbox UNION ALL SELECT account, mailbox FROM gone_mailbox)
            """)
        for orphans: StaticString in [
            """
            DELETE FROM acl WHERE NOT EXISTS (SELECT 1 FROM mailbox
                WHERE mailbox.account = acl.account AND mailbox.mailbox = acl.mailbox)
            """,
            """
            DELETE FROM annotation WHERE mailbox > 0 AND NOT EXISTS (SELECT 1 FROM mailbox
                WHERE mailbox.account = annotation.account AND mailbox.mailbox = annotation.mailbox)
            """,
            "DELETE FROM subscription WHERE account NOT IN (SELECT account FROM account_state)",
            "DELETE FROM gone_mailbox WHERE account NOT IN (SELECT account FROM account_state)",
            // Their messages are gone by now.
            "DELETE FROM removed_mailbox",
        ] { try transaction.run(orphans) }
        try transaction.run("DELETE FROM thread_reference WHERE account NOT IN (SELECT account FROM account_state)")
        try transaction.run("DELETE FROM thread_recent WHERE account NOT IN (SELECT account FROM account_state)")
        try transaction.run("DELETE FROM email_facts WHERE email NOT IN (SELECT email FROM message)")
        try transaction.run("DELETE FROM wire_size WHERE email NOT IN (SELECT email FROM message)")
    }
}
