public import Storage

extension MailStore {
    /// Mailboxes and accounts whose counts differ from what they hold, in plain words.
    public static func wrongCounts(in transaction: SQLTransaction) throws -> [String] {
        var wrong: [String] = []
        try transaction.query(
            """
            SELECT mailbox.account, name, messages, n, octets, o FROM mailbox JOIN (
                SELECT m.account AS a, m.mailbox AS b, count(message.uid) AS n,
                    coalesce(sum(message.octets), 0) AS o,
                    coalesce(sum(1 - (message.flags & 1)), 0) AS u, coalesce(max(message.uid), 0) AS top
                FROM mailbox AS m LEFT JOIN message ON message.account = m.account AND message.mailbox = m.mailbox
                GROUP BY m.account, m.mailbox
            ) ON a = mailbox.account AND b = mailbox.mailbox
            WHERE messages <> n OR octets <> o OR unseen <> u OR uid_next <= top
            """
        ) { row in
            wrong.append(
                """
                mailbox \(row.text(1)) of account \(row.integer(0)) says \(row.integer(2)) messages of \
                \(row.integer(4)) octets, it holds \(row.integer(3)) of \(row.integer(5))
                """)
        }
        try transaction.query(
            """
            SELECT account, messages, n, octets, o FROM account_state JOIN (
                SELECT s.account AS a, coalesce(sum(mailbox.messages), 0) AS n, coalesce(sum(mailbox.octets), 0) AS o
                FROM account_state AS s LEFT JOIN mailbox ON mailbox.account = s.account GROUP BY s.account
            ) ON a = account WHERE messages <> n OR octets <> o
            """
        ) { row in
            wrong.append(
                """
                account \(row.integer(0)) says \(row.integer(1)) messages of \(row.integer(3)) octets, its mailboxes \
                hold \(row.integer(2)) of \(row.integer(4))
                """)
        }
        try transaction.query(
            "SELECT count(*) FROM message WHERE email NOT IN (SELECT email FROM email_facts)"
        ) { row in
            if row.integer(0) > 0 { wrong.append("what was read from \(row.integer(0)) messages is missing") }
        }
        return wrong
    }
}
