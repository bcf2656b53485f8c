internal import Storage

extension MailQueue {
    /// A domain that somebody waits under.
    public struct Destination: Sendable, Equatable {
        /// The domain.
        public var name: String
        /// When there is something to do, in seconds since 1970, UTC.
        public var dueAt: Int64
        /// How often it could not be reached, in a row.
        public var failures: Int64
    }

    /// The destinations at which something is to be done first.
    public nonisolated(nonsending) func destinations(limit: Int) async throws -> [Destination] {
        try await store.read { transaction in
            var all: [Destination] = []
            try transaction.query(
                "SELECT destination, due_at, failures FROM queue_destination ORDER BY due_at LIMIT ?1",
                .integer(Int64(limit))
            ) { all.append(Destination(name: $0.text(0), dueAt: $0.integer(1), failures: $0.integer(2))) }
            return all
        }
    }

    /// Nothing is tried there until then, since the way there is closed; unless somebody wants everything tried meanwhile.
    public nonisolated(nonsending) func postpone(
        _ destinations: [String], until seconds: Int64, heeding signal: QueueSignal
    ) async throws {
        try await store.change(.written) { transaction in
            guard !signal.isRetryPending else { return }
            try Self.postpone(destinations, until: seconds, nil, in: transaction)
        }
    }

    /// Nothing is tried there until then.
    ///
    /// - Parameter failure: why it could not be reached.
    public nonisolated(nonsending) func postpone(
        _ destination: String, until seconds: Int64, _ failure: String
    ) async throws {
        try await store.change(.written) { try Self.postpone([destination], until: seconds, failure, in: $0) }
    }

    private static func postpone(
        _ destinations: [String], until seconds: Int64, _ failure: String?, in transaction: SQLTransaction
    ) throws {
        for destination in destinations {
            try transaction.run(
                """
                UPDATE queue_destination SET postponed_until = ?2, failures = failures + ?3,
                    last_failure = coalesce(?4, last_failure), due_at = CASE WHEN due_at < ?2 THEN ?2 ELSE due_at END
                WHERE destination = ?1
                """, .text(destination), .integer(seconds), .integer(failure == nil ? 0 : 1),
                .optional(failure.map { String($0.unicodeScalars.prefix(1000)) }))
        }
    }

    /// What was due there has been tried: looks when there is something to do again.
    public nonisolated(nonsending) func finish(_ destination: String, _ reached: Reached) async throws {
        try await store.change(.written) { transaction in
            if reached == .reached {
                try transaction.run(
                    "UPDATE queue_destination SET postponed_until = 0, failures = 0, last_failure = '' WHERE destination = ?1",
                    .text(destination))
            }
            let next =
                try transaction.first(
                    "SELECT min(next_attempt) FROM queue_recipient WHERE destination = ?1 AND state = 0",
                    .text(destination)
                ) { $0.optionalInteger(0) } ?? nil
            guard let next else {
                try transaction.run("DELETE FROM queue_destination WHERE destination = ?1", .text(destination))
                return
            }
            try transaction.run(
                """
                UPDATE queue_destination SET due_at = CASE WHEN ?2 < postponed_until THEN postponed_until ELSE ?2 END
                WHERE destination = ?1
                """, .text(destination), .integer(next))
        }
    }

    /// Whether a server of a destination took part in anything.
    public enum Reached: Sendable, Equatable {
        /// One did.
        case reached
        /// None did.
        case notReached
    }
}
