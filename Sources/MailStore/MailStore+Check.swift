public import Storage

extension MailStore {
    /// Mailboxes and accounts whose counts differ from what they hold, in plain words.
    public static func wrongCounts(in transaction: SQLTransaction) throws -> [String] {
        var wrong = try wrongMailboxes(in: transaction)
        wrong += try wrongAccounts(in: transaction)
        wrong += try wrongOrders(in: transaction)
        try transaction.query(
            "SELECT count(*) FROM message WHERE email NOT IN (SELECT email FROM email_facts)"
        ) { row in
            if row.integer(0) > 0 { wrong.append("what was read from \(row.integer(0)) messages is missing") }
        }
        try transaction.query(
            """
            SELECT (SELECT count(*) FROM message WHERE created > mod_seq)
                + (SELECT count(*) FROM expunged WHERE created > mod_seq)
            """
        ) { row in
            if row.integer(0) > 0 { wrong.append("\(row.integer(0)) messages came later than they changed or went") }
        }
        return wrong
    }

    /// Mailboxes with messages whose MODSEQ is greater than that of a later one although they are not marked as touched: those
    /// would be missing from what changed since a tick.
    private static func wrongOrders(in transaction: SQLTransaction) throws -> [String] {
        var wrong: [String] = []
        try transaction.query(
            """
            SELECT account, mailbox, count(*) FROM (
                SELECT account, mailbox, touched, mod_seq, min(mod_seq) OVER (
                    PARTITION BY account, mailbox ORDER BY uid DESC ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
                ) AS later FROM message)
            WHERE touched = 0 AND mod_seq > later GROUP BY account, mailbox
            """
        ) { row in
            let mailbox = "mailbox \(row.integer(1)) of account \(row.integer(0))"
            wrong.append("\(mailbox) has \(row.integer(2)) messages out of the clock's order")
        }
        return wrong
    }

    private static func wrongMailboxes(in transaction: SQLTransaction) throws -> [String] {
        var wrong: [String] = []
        try transaction.query(
            """
            SELECT mailbox.account, name, messages, n, octets, o, unseen, u, uid_next, top, mod_seq, tick
            FROM mailbox JOIN (
                SELECT m.account AS a, m.mailbox AS b, count(message.uid) AS n,
                    coalesce(sum(message.octets), 0) AS o,
                    coalesce(sum(1 - (message.flags & 1)), 0) AS u, coalesce(max(message.uid), 0) AS top,
                    coalesce(max(message.mod_seq), 0) AS tick
                FROM mailbox AS m LEFT JOIN message ON message.account = m.account AND message.mailbox = m.mailbox
                GROUP BY m.account, m.mailbox
            ) ON a = mailbox.account AND b = mailbox.mailbox
            WHERE messages <> n OR octets <> o OR unseen <> u OR uid_next <= top OR mod_seq < tick
            """
        ) { row in
            let mailbox = "mailbox \(row.text(1)) of account \(row.integer(0))"
            wrong += differences(row, from: 2, ["messages", "octets", "unseen messages"]).map { "\(mailbox) \($0)" }
            if row.integer(8) <= row.integer(9) {
                wrong.append("\(mailbox) would give UID \(row.integer(8)) next, it has given \(row.integer(9))")
            }
            if row.integer(10) < row.integer(11) {
                wrong.append("\(mailbox) is at tick \(row.integer(10)), a message of it at \(row.integer(11))")
            }
        }
        return wrong
    }

    private static func wrongAccounts(in transaction: SQLTransaction) throws -> [String] {
        var wrong: [String] = []
        try transaction.query(
            """
            SELECT account, messages, n, octets, o, mod_seq, tick, next_mailbox, top FROM account_state JOIN (
                SELECT s.account AS a, coalesce(sum(mailbox.messages), 0) AS n, coalesce(sum(mailbox.octets), 0) AS o,
                    coalesce(max(mailbox.mod_seq), 0) AS tick, coalesce(max(mailbox.mailbox), 0) AS top
                FROM account_state AS s LEFT JOIN mailbox ON mailbox.account = s.account GROUP BY s.account
            ) ON a = account WHERE messages <> n OR octets <> o OR mod_seq < tick OR next_mailbox <= top
            """
        ) { row in
            let account = "account \(row.integer(0))"
            wrong += differences(row, from: 1, ["messages", "octets"]).map { "\(account) \($0)" }
            if row.integer(5) < row.integer(6) {
                wrong.append("\(account) is at tick \(row.integer(5)), a mailbox of it at \(row.integer(6))")
            }
            if row.integer(7) <= row.integer(8) {
                wrong.append(
                    "\(account) would give number \(row.integer(7)) to its next mailbox, it has \(row.integer(8))")
            }
        }
        return wrong
    }

    /// Pairs of columns, what is noted and what there is.
    private static func differences(_ row: SQLRow, from first: Int, _ what: [String]) -> [String] {
        what.enumerated().compactMap { index, what in
            let (noted, counted) = (row.integer(first + 2 * index), row.integer(first + 2 * index + 1))
            return noted == counted ? nil : "says \(noted) \(what), it holds \(counted)"
        }
    }
}
