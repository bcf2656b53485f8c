public import MailCore
internal import Storage

/// What a postmaster does by hand.
extension MailQueue {
    /// Keeps a message in the queue untried, until it is released.
    ///
    /// - Returns: how many recipients are held that were not.
    public func hold(_ queueID: QueueID) async throws -> Int {
        try await store.change { transaction in
            try transaction.run("UPDATE queue_message SET held = 1 WHERE queue_id = ?1", .integer(queueID.rawValue))
            return try transaction.run(
                "UPDATE queue_recipient SET state = 1 WHERE queue_id = ?1 AND state = 0", .integer(queueID.rawValue))
        }
    }

    /// Has a message, held or not, tried at once.
    ///
    /// - Returns: how many recipients are tried.
    public func retry(_ queueID: QueueID, at seconds: Int64) async throws -> Int {
        try await store.change { transaction in
            var destinations: Set<String> = []
            try transaction.query(
                "SELECT destination FROM queue_recipient WHERE queue_id = ?1", .integer(queueID.rawValue)
            ) { destinations.insert($0.text(0)) }
            let count = try transaction.run(
                "UPDATE queue_recipient SET state = 0, next_attempt = ?2 WHERE queue_id = ?1",
                .integer(queueID.rawValue), .integer(seconds))
            try transaction.run("UPDATE queue_message SET held = 0 WHERE queue_id = ?1", .integer(queueID.rawValue))
            for destination in destinations { try Self.reopen(destination, at: seconds, in: transaction) }
            return count
        }
    }

    /// Has everything tried at once that is not held.
    ///
    /// - Returns: how many recipients are tried.
    public func retryAll(at seconds: Int64) async throws -> Int {
        try await store.change { transaction in
            let count = try transaction.run(
                "UPDATE queue_recipient SET next_attempt = ?1 WHERE state = 0 AND next_attempt > ?1", .integer(seconds))
            try transaction.run("UPDATE queue_destination SET due_at = ?1, postponed_until = 0", .integer(seconds))
            return count
        }
    }

    private static func reopen(_ destination: String, at seconds: Int64, in transaction: SQLTransaction) throws {
        try transaction.run(
            "UPDATE queue_destination SET postponed_until = 0 WHERE destination = ?1", .text(destination))
        try call(destination, at: seconds, in: transaction)
    }
}
