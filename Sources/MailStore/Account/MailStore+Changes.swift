package import MailCore
package import Storage

/// What happened in an account since a moment, told exactly: a message that only moved between mailboxes is the same one, changed;
/// one that came and went since is not told of.
extension MailStore {
    /// Messages that came, changed and went (RFC 8621 §4.3).
    ///
    /// - Parameter most: how many one answer names.
    package static func emailChanges(
        since: ChangePoint, most: Int, _ account: AccountID, _ limits: MailStoreLimits = MailStoreLimits(),
        in transaction: SQLTransaction
    ) throws -> AccountHistory<EmailID> {
        guard let history = try CopyHistory(since: since, account, limits, in: transaction) else { return .forgotten }
        var events: [ChangeEvent] = []
        for copy in history.copies { copy.events(of: copy.email, flags: true, into: &events) }
        let gone = Dictionary(grouping: history.copies.filter { !$0.isThere }, by: \.email)
        let changes = try ChangeTeller(since: since, now: history.now, most: most).tell(events) { email in
            try (gone[email] ?? []).map(\.life) + lives(ofEmail: email, account, in: transaction)
        }
        return .known(changes.map(EmailID.init(rawValue:)))
    }

    /// Conversations that came, changed and went (RFC 8621 §3.2): those that have more or fewer messages, or whose messages are
    /// in other mailboxes.
    package static func threadChanges(
        since: ChangePoint, most: Int, _ account: AccountID, _ limits: MailStoreLimits = MailStoreLimits(),
        in transaction: SQLTransaction
    ) throws -> AccountHistory<ThreadID> {
        guard let history = try CopyHistory(since: since, account, limits, in: transaction) else { return .forgotten }
        var events: [ChangeEvent] = []
        for copy in history.copies { copy.events(of: copy.thread, flags: false, into: &events) }
        let gone = Dictionary(grouping: history.copies.filter { !$0.isThere }, by: \.thread)
        let changes = try ChangeTeller(since: since, now: history.now, most: most).tell(events) { thread in
            try (gone[thread] ?? []).map(\.life) + lives(ofThread: thread, account, in: transaction)
        }
        return .known(changes.map(ThreadID.init(rawValue:)))
    }

    /// Mailboxes that came, changed and went (RFC 8621 §2.2).
    ///
    /// - Parameter counts: as of this transaction; those whose counts differ are changed.
    /// - Returns: the changes, and those of the updated mailboxes of which the counts alone are different.
    package static func mailboxChanges(
        since: ChangePoint, most: Int, _ account: AccountID, _ counts: [MailboxID: MailboxCounts],
        in transaction: SQLTransaction
    ) throws -> (history: AccountHistory<MailboxID>, countsAlone: Set<MailboxID>) {
        guard let now = try now(since, account, in: transaction) else { return (.forgotten, []) }
        var events: [ChangeEvent] = []
        var lives: [Int64: [Lifetime]] = [:]
        var changedAt: [Int64: Int64] = [:]
        try transaction.query(
            """
            SELECT mailbox, created, changed, 9223372036854775807 FROM mailbox WHERE account = ?1 UNION ALL
            SELECT mailbox, created, mod_seq, mod_seq FROM gone_mailbox WHERE account = ?1
            """, .integer(account.rawValue)
        ) { row in
            let number = row.integer(0)
            let life = Lifetime(created: row.integer(1), gone: row.integer(3))
            lives[number, default: []].append(life)
            changedAt[number] = row.integer(2)
            events.append(ChangeEvent(tick: life.created, number: number))
            events.append(ChangeEvent(tick: row.integer(2), number: number))
            guard life.gone == .max, let counted = counts[MailboxID(rawValue: number)] else { return }
            // Counts may have been seen by somebody who reads a later state.
            let tick = min(counted.changedAt.rawValue, now.modSeq.rawValue)
            events.append(ChangeEvent(tick: tick, number: number))
        }
        let changes = ChangeTeller(since: since, now: now, most: most).tell(events) { lives[$0] ?? [] }
        let countsAlone = changes.updated.filter { !since.precedes(changedAt[$0] ?? .max, of: $0) }
        return (
            .known(changes.map(MailboxID.init(rawValue:))), Set(countsAlone.map(MailboxID.init(rawValue:)))
        )
    }

    /// The account's clock; nil when what happened since is not known whole, or `since` is none of its moments.
    fileprivate static func now(
        _ since: ChangePoint, _ account: AccountID, in transaction: SQLTransaction
    ) throws -> ChangePoint? {
        let state = try transaction.first(
            "SELECT mod_seq, changes_floor FROM account_state WHERE account = ?1", .integer(account.rawValue)
        ) { (clock: $0.integer(0), floor: $0.integer(1)) }
        guard let state, (state.floor...max(state.floor, state.clock)).contains(since.modSeq.rawValue) else {
            return nil
        }
        return ChangePoint(ModSeq(rawValue: state.clock))
    }

    private static func lives(
        ofEmail email: Int64, _ account: AccountID, in transaction: SQLTransaction
    ) throws -> [Lifetime] {
        var lives: [Lifetime] = []
        try transaction.query(
            """
            SELECT message.created FROM message JOIN mailbox USING (account, mailbox)
            WHERE message.email = ?1 AND message.account = ?2
            """, .integer(email), .integer(account.rawValue)
        ) { lives.append(Lifetime(created: $0.integer(0), gone: .max)) }
        return lives
    }

    private static func lives(
        ofThread thread: Int64, _ account: AccountID, in transaction: SQLTransaction
    ) throws -> [Lifetime] {
        var lives: [Lifetime] = []
        try transaction.query(
            """
            SELECT message.created FROM message INDEXED BY message_in_thread JOIN mailbox USING (account, mailbox)
            WHERE thread = ?1 AND thread <> email AND message.account = ?2
            UNION ALL
            SELECT message.created FROM message INDEXED BY message_by_email JOIN mailbox USING (account, mailbox)
            WHERE email = ?1 AND thread = ?1 AND message.account = ?2
            """, .integer(thread), .integer(account.rawValue)
        ) { lives.append(Lifetime(created: $0.integer(0), gone: .max)) }
        return lives
    }
}

/// The copies that came, changed or went since a moment.
private struct CopyHistory {
    struct Copy {
        let email: Int64
        let thread: Int64
        let life: Lifetime
        let modSeq: Int64

        var isThere: Bool { life.gone == .max }

        func events(of number: Int64, flags: Bool, into events: inout [ChangeEvent]) {
            events.append(ChangeEvent(tick: life.created, number: number))
            if !isThere { events.append(ChangeEvent(tick: life.gone, number: number)) }
            if flags, isThere { events.append(ChangeEvent(tick: modSeq, number: number)) }
        }
    }

    let now: ChangePoint
    private(set) var copies: [Copy] = []

    private let since: SQLValue
    private let account: SQLValue
    private let most: Int

    private struct TooMany: Error {}

    /// Nil when it is not known whole, or too much.
    init?(
        since: ChangePoint, _ account: AccountID, _ limits: MailStoreLimits, in transaction: SQLTransaction
    ) throws {
        guard let now = try MailStore.now(since, account, in: transaction) else { return nil }
        self.now = now
        self.since = .integer(since.modSeq.rawValue)
        self.account = .integer(account.rawValue)
        most = limits.changesToldMax
        guard since.modSeq < now.modSeq else { return }
        do {
            try readPresent(transaction)
            try readGone(transaction)
        } catch is TooMany {
            return nil
        }
    }

    private mutating func add(_ copy: Copy) throws {
        guard copies.count < most else { throw TooMany() }
        copies.append(copy)
    }

    /// What came later is the end of each mailbox, what was changed otherwise is in an index.
    private mutating func readPresent(_ transaction: SQLTransaction) throws {
        var mailboxes: [Int64] = []
        try transaction.query(
            "SELECT mailbox FROM mailbox WHERE account = ?1 AND mod_seq > ?2", account, since
        ) { mailboxes.append($0.integer(0)) }
        for mailbox in mailboxes {
            let mailbox = SQLValue.integer(mailbox)
            let old = try transaction.first(
                """
                SELECT uid FROM message WHERE account = ?1 AND mailbox = ?2 AND mod_seq <= ?3 ORDER BY uid DESC LIMIT 1
                """, account, mailbox, since
            ) { $0.integer(0) }
            let end = SQLValue.integer(old ?? 0)
            try transaction.query(
                """
                SELECT email, thread, created, mod_seq FROM message INDEXED BY message_touched
                WHERE account = ?1 AND mailbox = ?2 AND mod_seq > ?3 AND touched = 1 AND uid < ?4
                """, account, mailbox, since, end
            ) { try add(Copy(present: $0)) }
            try transaction.query(
                """
                SELECT email, thread, created, mod_seq FROM message WHERE account = ?1 AND mailbox = ?2 AND uid > ?3
                """, account, mailbox, end
            ) { try add(Copy(present: $0)) }
        }
    }

    private mutating func readGone(_ transaction: SQLTransaction) throws {
        try transaction.query(
            """
            SELECT email, thread, expunged.created, expunged.mod_seq FROM (
                SELECT mailbox FROM mailbox WHERE account = ?1 AND mod_seq > ?2 UNION ALL
                SELECT mailbox FROM gone_mailbox WHERE account = ?1 AND mod_seq > ?2
            ) AS place CROSS JOIN expunged
            WHERE expunged.account = ?1 AND expunged.mailbox = place.mailbox AND expunged.mod_seq > ?2
            """, account, since
        ) { try add(Copy(gone: $0)) }
        // Messages whose mailbox went, and that are still to go themselves.
        try transaction.query(
            """
            SELECT email, thread, message.created, place.mod_seq FROM removed_mailbox AS place CROSS JOIN message
            WHERE place.account = ?1 AND place.mod_seq > ?2
                AND message.account = ?1 AND message.mailbox = place.mailbox
            """, account, since
        ) { try add(Copy(gone: $0)) }
    }
}

extension CopyHistory.Copy {
    fileprivate init(present row: SQLRow) {
        self.init(
            email: row.integer(0), thread: row.integer(1), life: Lifetime(created: row.integer(2), gone: .max),
            modSeq: row.integer(3))
    }

    fileprivate init(gone row: SQLRow) {
        let tick = row.integer(3)
        self.init(
            email: row.integer(0), thread: row.integer(1), life: Lifetime(created: row.integer(2), gone: tick),
            modSeq: tick)
    }
}
