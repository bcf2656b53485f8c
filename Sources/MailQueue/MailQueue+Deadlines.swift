public import MailCore
internal import Storage

extension MailQueue {
    /// A message whose time has come.
    public struct Deadline: Sendable, Equatable {
        /// Why.
        public enum Reason: Sendable, Equatable {
            /// Its sender is to be told that it takes longer.
            case delayed
            /// It is given up.
            case expired
            /// The time that its sender set is over (RFC 2852 §4).
            case deliverByPassed
        }

        /// The message.
        public var queueID: QueueID
        /// Why.
        public var reason: Reason
        /// What its sender wants done when the time that was set is over.
        public var mode: EnvelopeParameters.DeliverBy.Mode? {
            reason == .deliverByPassed ? items.first?.parameters.deliverBy?.mode ?? .notify : nil
        }
        /// What is left of it.
        public var items: [QueueItem]
        /// What went wrong last at the destinations of those that were never tried.
        public var failures: [String: String]
    }

    /// Messages whose sender has to be told something, at most `limit`.
    public func deadlines(at seconds: Int64, _ schedule: RetrySchedule, limit: Int = 20) async throws -> [Deadline] {
        try await store.read { transaction in
            var found: [(QueueID, Deadline.Reason)] = []
            let expiry = SQLValue.integer(seconds - schedule.expirySeconds)
            for told in [QueueItem.Told.nothing, .delay] {
                try transaction.query(
                    """
                    SELECT queue_id FROM queue_message WHERE held = 0 AND told = ?1 AND begins_at <= ?2
                    ORDER BY begins_at LIMIT ?3
                    """, .integer(told.rawValue), expiry, .integer(Int64(limit))
                ) { found.append((QueueID(rawValue: $0.integer(0)), .expired)) }
            }
            try transaction.query(
                """
                SELECT queue_id FROM queue_message
                WHERE held = 0 AND deliver_by <= ?1 AND (told = 0 OR deliver_by_mode % 16 = 1)
                ORDER BY deliver_by LIMIT ?2
                """, .integer(seconds), .integer(Int64(limit))
            ) { found.append((QueueID(rawValue: $0.integer(0)), .deliverByPassed)) }
            if schedule.delayNoticeSeconds > 0 {
                try transaction.query(
                    """
                    SELECT queue_id FROM queue_message WHERE held = 0 AND told = 0 AND begins_at <= ?1 AND begins_at > ?2
                    ORDER BY begins_at LIMIT ?3
                    """, .integer(seconds - schedule.delayNoticeSeconds), expiry, .integer(Int64(limit))
                ) { found.append((QueueID(rawValue: $0.integer(0)), .delayed)) }
            }
            var seen: Set<QueueID> = []
            return try found.filter { seen.insert($0.0).inserted }.prefix(limit).map { queueID, reason in
                let items = try Self.items(of: queueID, in: transaction)
                return Deadline(
                    queueID: queueID, reason: reason, items: items,
                    failures: try Self.failures(items.map(\.destination), in: transaction))
            }
        }
    }

    private static func failures(
        _ destinations: [String], in transaction: SQLTransaction
    ) throws -> [String: String] {
        var failures: [String: String] = [:]
        for destination in destinations {
            failures[destination] = try transaction.first(
                "SELECT last_failure FROM queue_destination WHERE destination = ?1", .text(destination)
            ) { $0.text(0) }
        }
        return failures
    }
}
