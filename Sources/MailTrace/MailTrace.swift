public import MailCore
public import Storage

/// What happened to each message, hop by hop: written in the transactions that make it happen, kept for some days.
///
/// One row an event, found by the message's number; a look for an address or a Message-ID reads the rows, which is rare
/// and need not cost every delivery an index.
public struct MailTrace: Sendable {
    let store: Store

    /// The trace in a store that was opened with `MailTrace.schema`.
    public init(store: Store) {
        self.store = store
    }

    /// The tables of the trace.
    public static let schema = SchemaPart(
        name: "mailtrace",
        versions: [
            [
                """
                CREATE TABLE trace_event (
                    queue_id BIGINT NOT NULL,
                    number BIGINT NOT NULL,
                    at BIGINT NOT NULL,
                    event BLOB NOT NULL,
                    PRIMARY KEY (queue_id, number)
                ) WITHOUT ROWID
                """
            ]
        ])

    /// Events of one message that are kept; of later ones only the last is.
    static let eventsMax: Int64 = 500

    /// Writes an event of a message down, as part of the transaction that makes it happen.
    public static func record(_ event: TraceEvent, of queueID: QueueID, in transaction: SQLTransaction) throws {
        let last =
            try transaction.first(
                "SELECT max(number) FROM trace_event WHERE queue_id = ?1", .integer(queueID.rawValue)
            ) { $0.optionalInteger(0) } ?? nil
        try transaction.run(
            "INSERT OR REPLACE INTO trace_event VALUES (?1, ?2, ?3, ?4)", .integer(queueID.rawValue),
            .integer(min((last ?? 0) + 1, eventsMax)), .integer(event.at), .octets(event.octets))
    }

    /// How a message came: its event stands in its delivery record, so that a replay writes it again.
    public static func recordArrival(_ octets: [UInt8], of email: EmailID, in transaction: SQLTransaction) throws {
        guard let event = TraceEvent(octets: octets) else { return }
        try transaction.run(
            "INSERT INTO trace_event VALUES (?1, 0, ?2, ?3) ON CONFLICT DO NOTHING", .integer(email.rawValue),
            .integer(event.at), .octets(octets))
    }

    /// The event of a message's arrival, as its record has it; empty when it is not known (any more).
    public static func arrival(of email: EmailID, in transaction: SQLTransaction) throws -> [UInt8] {
        try transaction.first(
            "SELECT event FROM trace_event WHERE queue_id = ?1 AND number = 0", .integer(email.rawValue)
        ) { $0.octets(0) } ?? []
    }

    /// Forgets what happened before then, from the oldest message on.
    ///
    /// - Parameter limit: rows that one transaction looks at.
    /// - Returns: whether there may be more.
    public func prune(before seconds: Int64, limit: Int64 = 5000) async throws -> Bool {
        try await store.change { transaction in
            // Numbers grow with time: the old ones stand first, among those of messages that still wait.
            try transaction.run(
                """
                DELETE FROM trace_event WHERE (queue_id, number) IN (
                    SELECT queue_id, number FROM (
                        SELECT queue_id, number, at FROM trace_event ORDER BY queue_id, number LIMIT ?2
                    ) AS oldest WHERE at < ?1
                )
                """, .integer(seconds), .integer(limit)) > 0
        }
    }
}
