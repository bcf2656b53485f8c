public import MailCore
public import Storage

/// What accounts have sent today.
extension Directory {
    /// Whether an account may begin another message.
    ///
    /// - Throws: `StorageError` when the store cannot be read.
    public func mayBeginMessage(
        _ account: AccountID, _ limits: SendingLimits, at seconds: Int64
    ) async throws -> SendingExcess? {
        let count = try await sendingCount(account, at: seconds)
        guard count.messages >= limits.messagesPerDayMax else { return nil }
        return SendingExcess(.messages(max: limits.messagesPerDayMax), at: seconds)
    }

    /// Whether an account may name a recipient; to those it has written to today it always may.
    ///
    /// - Throws: `StorageError` when the store cannot be read.
    public func mayAddress(
        _ recipient: EmailAddress, _ account: AccountID, _ limits: SendingLimits, at seconds: Int64
    ) async throws -> SendingExcess? {
        let count = try await sendingCount(account, at: seconds)
        guard count.recipients >= limits.recipientsPerDayMax else { return nil }
        let isKnown = try await store.read { try $0.hasWritten(account, to: recipient.lookupKey, on: count.day) }
        return isKnown ? nil : SendingExcess(.recipients(max: limits.recipientsPerDayMax, left: 0), at: seconds)
    }

    /// Counts a message in the transaction that delivers it. A power cut may take back the counts of the last moments
    /// together with the rows that are filed again from the log: they are limits, no accounts.
    ///
    /// - Returns: the count with this message, for `noteSent` when the message is delivered.
    /// - Throws: `SendingExcess`, with nothing changed; `StorageError`.
    public static func countMessage(
        _ account: AccountID, to recipients: [EmailAddress], _ limits: SendingLimits, at seconds: Int64,
        in transaction: SQLTransaction
    ) throws -> SendingCount {
        var count = try transaction.sendingCount(account, on: SendingCount.day(of: seconds))
        guard count.messages < limits.messagesPerDayMax else {
            throw SendingExcess(.messages(max: limits.messagesPerDayMax), at: seconds)
        }
        var new: Set<String> = []
        for recipient in recipients {
            let key = recipient.lookupKey
            if !new.contains(key), try !transaction.hasWritten(account, to: key, on: count.day) { new.insert(key) }
        }
        let left = max(0, limits.recipientsPerDayMax - count.recipients)
        guard new.count <= left else {
            throw SendingExcess(.recipients(max: limits.recipientsPerDayMax, left: left), at: seconds)
        }
        count.messages += 1
        count.recipients += new.count
        try transaction.keep(count, of: account, new)
        return count
    }

    /// Keeps the count of a message that was delivered: its rows may still be hidden, and reading them would bring them out.
    public func noteSent(_ count: SendingCount, _ account: AccountID) {
        sendingCounts.keep(count, of: account)
    }

    /// What an account has sent on the day of a time.
    ///
    /// - Throws: `StorageError` when the store cannot be read.
    public func sendingCount(_ account: AccountID, at seconds: Int64) async throws -> SendingCount {
        let day = SendingCount.day(of: seconds)
        if let known = sendingCounts.count(of: account, on: day) { return known }
        let count = try await store.read { try $0.sendingCount(account, on: day) }
        sendingCounts.keep(count, of: account)
        return count
    }

    /// The same without waiting, when it was asked for lately; nil when it was not.
    public func knownSendingCount(_ account: AccountID, at seconds: Int64) -> SendingCount? {
        sendingCounts.count(of: account, on: SendingCount.day(of: seconds))
    }
}

extension SQLTransaction {
    fileprivate func sendingCount(_ account: AccountID, on day: Int64) throws -> SendingCount {
        try first(
            "SELECT messages, recipients FROM sending_day WHERE account = ?1 AND day = ?2", .integer(account.rawValue),
            .integer(day)
        ) { SendingCount(day: day, messages: Int($0.integer(0)), recipients: Int($0.integer(1))) }
            ?? SendingCount(day: day, messages: 0, recipients: 0)
    }

    fileprivate func hasWritten(_ account: AccountID, to key: String, on day: Int64) throws -> Bool {
        try first(
            "SELECT 1 FROM sending_recipient WHERE day = ?1 AND account = ?2 AND lookup_key = ?3", .integer(day),
            .integer(account.rawValue), .text(key)
        ) { _ in true } ?? false
    }

    fileprivate func keep(_ count: SendingCount, of account: AccountID, _ new: Set<String>) throws {
        // The days before are of no use to anybody.
        if count.messages == 1 { try run("DELETE FROM sending_recipient WHERE day < ?1", .integer(count.day)) }
        try run(
            """
            INSERT INTO sending_day (account, day, messages, recipients) VALUES (?1, ?2, ?3, ?4)
            ON CONFLICT (account) DO UPDATE
            SET day = excluded.day, messages = excluded.messages, recipients = excluded.recipients
            """, .integer(account.rawValue), .integer(count.day), .integer(Int64(count.messages)),
            .integer(Int64(count.recipients)))
        for key in new {
            try run(
                "INSERT INTO sending_recipient (day, account, lookup_key) VALUES (?1, ?2, ?3)", .integer(count.day),
                .integer(account.rawValue), .text(key))
        }
    }

    /// For an account that is removed.
    func forgetSending(_ account: AccountID) throws {
        try run("DELETE FROM sending_day WHERE account = ?1", .integer(account.rawValue))
        try run("DELETE FROM sending_recipient WHERE account = ?1", .integer(account.rawValue))
    }
}
