public import MailCore
internal import Storage

/// A message in the queue, as `paloma queue list` shows it.
public struct QueueEntry: Sendable, Equatable {
    /// One of its recipients.
    public struct Recipient: Sendable, Equatable {
        /// Whom to try.
        public var forwardPath: String
        /// Where this recipient's reports go; empty for nowhere.
        public var reversePath: String
        /// How often it was tried.
        public var attempts: Int64
        /// When it is tried next, in seconds since 1970, UTC.
        public var nextAttempt: Int64
        /// What the other server said last.
        public var lastReply: String
    }

    /// The message.
    public var queueID: QueueID
    /// When it was accepted, in seconds since 1970, UTC.
    public var acceptedAt: Int64
    /// Octets of the message.
    public var octets: Int64
    /// Those not yet done with.
    public var recipients: [Recipient]
}

extension MailQueue {
    /// The queue's messages, the oldest first, from behind a number on: a page of at most `limit`.
    public func list(after queueID: QueueID? = nil, limit: Int = 1000) async throws -> [QueueEntry] {
        try await store.read { try Self.list(after: queueID, limit: limit, in: $0) }
    }

    /// One message of the queue, or nil when it is not there (any more).
    public func entry(_ queueID: QueueID) async throws -> QueueEntry? {
        let before = QueueID(rawValue: queueID.rawValue - 1)
        return try await list(after: before, limit: 1).first { $0.queueID == queueID }
    }

    /// How many messages wait.
    public func count() async throws -> Int64 {
        try await store.read { try $0.first("SELECT count(*) FROM queue_message") { $0.integer(0) } ?? 0 }
    }

    private static func list(
        after queueID: QueueID?, limit: Int, in transaction: SQLTransaction
    ) throws -> [QueueEntry] {
        var entries: [QueueEntry] = []
        try transaction.query(
            """
            SELECT queue_id, accepted_at, coalesce(body_length, 0) FROM queue_message
            LEFT JOIN content ON content.email = queue_id WHERE queue_id > ?1 ORDER BY queue_id LIMIT ?2
            """, .integer(queueID?.rawValue ?? 0), .integer(Int64(limit))
        ) { row in
            entries.append(
                QueueEntry(
                    queueID: QueueID(rawValue: row.integer(0)), acceptedAt: row.integer(1), octets: row.integer(2),
                    recipients: []))
        }
        for index in entries.indices {
            try transaction.query(
                """
                SELECT forward_path, reverse_path, attempts, next_attempt, last_reply FROM queue_recipient
                WHERE queue_id = ?1 ORDER BY recipient
                """, .integer(entries[index].queueID.rawValue)
            ) { row in
                entries[index].recipients.append(
                    QueueEntry.Recipient(
                        forwardPath: row.text(0), reversePath: row.text(1), attempts: row.integer(2),
                        nextAttempt: row.integer(3), lastReply: row.text(4)))
            }
        }
        return entries
    }
}
