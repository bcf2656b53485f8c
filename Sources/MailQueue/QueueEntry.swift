public import MailCore
public import Storage

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

    /// Whether it is tried.
    public enum State: Int64, Sendable {
        /// When its time comes.
        case waiting = 0
        /// Not before somebody says so.
        case held = 1
    }

    /// The message.
    public var queueID: QueueID
    /// When it was accepted, in seconds since 1970, UTC.
    public var acceptedAt: Int64
    /// Octets of the message.
    public var octets: Int64
    /// Whether it is tried.
    public var state: State
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

    /// Whether a message waits.
    public static func isQueued(_ queueID: QueueID, in transaction: SQLTransaction) throws -> Bool {
        try transaction.first(
            "SELECT 1 FROM queue_message WHERE queue_id = ?1", .integer(queueID.rawValue)
        ) { _ in true } ?? false
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
            SELECT queue_id, accepted_at, coalesce(body_length, 0), held FROM queue_message
            LEFT JOIN content ON content.email = queue_id WHERE queue_id > ?1 ORDER BY queue_id LIMIT ?2
            """, .integer(queueID?.rawValue ?? 0), .integer(Int64(limit))
        ) { row in
            entries.append(
                QueueEntry(
                    queueID: QueueID(rawValue: row.integer(0)), acceptedAt: row.integer(1), octets: row.integer(2),
                    state: QueueEntry.State(rawValue: row.integer(3)) ?? .waiting, recipients: []))
        }
        for index in entries.indices {
            try transaction.query(
                """
                SELECT forward_path, reverse_path, attempts,
                    CASE WHEN next_attempt < postponed_until THEN postponed_until ELSE next_attempt END,
                    CASE WHEN last_reply = '' THEN coalesce(last_failure, '') ELSE last_reply END
                FROM queue_recipient r LEFT JOIN queue_destination d ON d.destination = r.destination
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
