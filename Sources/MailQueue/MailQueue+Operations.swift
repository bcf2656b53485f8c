public import MailCore
public import Storage

/// What a postmaster does by hand.
extension MailQueue {
    /// Keeps a message in the queue untried, until it is tried by hand.
    ///
    /// - Returns: how many recipients are held that were not.
    public static func hold(_ queueID: QueueID, in transaction: SQLTransaction) throws -> Int {
        try transaction.run("UPDATE queue_message SET held = 1 WHERE queue_id = ?1", .integer(queueID.rawValue))
        return try transaction.run(
            "UPDATE queue_recipient SET state = 1 WHERE queue_id = ?1 AND state = 0", .integer(queueID.rawValue))
    }

    /// Has a message, held or not, tried at once.
    ///
    /// - Returns: how many recipients are tried.
    public static func retry(
        _ queueID: QueueID, at seconds: Int64, telling signal: QueueSignal, in transaction: SQLTransaction
    ) throws -> Int {
        signal.wantRetry()
        transaction.afterCommit { signal.raise() }
        var destinations: Set<String> = []
        try transaction.query(
            "SELECT destination FROM queue_recipient WHERE queue_id = ?1", .integer(queueID.rawValue)
        ) { destinations.insert($0.text(0)) }
        try transaction.run("UPDATE queue_message SET held = 0 WHERE queue_id = ?1", .integer(queueID.rawValue))
        let count = try transaction.run(
            "UPDATE queue_recipient SET state = 0, next_attempt = ?2 WHERE queue_id = ?1", .integer(queueID.rawValue),
            .integer(seconds))
        for destination in destinations {
            try transaction.run(
                "UPDATE queue_destination SET postponed_until = 0 WHERE destination = ?1", .text(destination))
            try call(destination, at: seconds, in: transaction)
        }
        return count
    }

    /// Has everything tried at once that is not held.
    ///
    /// - Returns: how many recipients are tried.
    public static func retryAll(
        at seconds: Int64, telling signal: QueueSignal, in transaction: SQLTransaction
    ) throws -> Int {
        signal.wantRetry()
        transaction.afterCommit { signal.raise() }
        try transaction.run(
            "UPDATE queue_recipient SET next_attempt = ?1 WHERE state = 0 AND next_attempt > ?1", .integer(seconds))
        try transaction.run("UPDATE queue_destination SET due_at = ?1, postponed_until = 0", .integer(seconds))
        return Int(
            try transaction.first("SELECT count(*) FROM queue_recipient WHERE state = 0") { $0.integer(0) } ?? 0)
    }

    /// Takes a message out of the queue; nobody is told.
    ///
    /// - Returns: how many recipients did not get it.
    public static func remove(
        _ queueID: QueueID, at seconds: Int64, in transaction: SQLTransaction
    ) throws -> Int {
        let numbers = try items(of: queueID, in: transaction).flatMap { $0.recipients.map(\.number) }
        guard !numbers.isEmpty else { return 0 }
        let settlement = Settlement(
            email: EmailID(rawValue: queueID.rawValue), recipients: numbers, at: seconds)
        try settleAndNote(settlement, in: transaction)
        return numbers.count
    }
}
