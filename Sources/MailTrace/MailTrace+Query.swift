public import MailCore
internal import Storage

/// A message with all that happened to it.
public struct MessageTrace: Sendable, Equatable {
    /// The message.
    public var queueID: QueueID
    /// In their order.
    public var events: [TraceEvent]
}

extension MailTrace {
    /// What is looked for.
    public enum Subject: Sendable, Equatable {
        /// One message.
        case queueID(QueueID)
        /// The Message-ID field, without its brackets.
        case messageID(String)
        /// Somebody who sent it, or whom it was for at any step.
        case address(String)
    }

    /// The messages that a subject names, the latest first; at most `limit`.
    public func find(_ subject: Subject, limit: Int = 20) async throws -> [MessageTrace] {
        try await store.read { transaction in
            switch subject {
            case .queueID(let queueID):
                let events = try Self.events(of: queueID, in: transaction)
                return events.isEmpty ? [] : [MessageTrace(queueID: queueID, events: events)]
            case .messageID(let id):
                return try Self.scan(limit, in: transaction) { $0.first(.messageID) == id }
            case .address(let address):
                let wanted = address.lowercased()
                return try Self.scan(limit, in: transaction) { event in
                    event.facts.contains { Self.addressed.contains($0.field) && $0.text.lowercased() == wanted }
                }
            }
        }
    }

    private static let addressed: Set<TraceEvent.Field> = [.from, .to, .queued, .login]

    /// All that happened to one message.
    static func events(of queueID: QueueID, in transaction: SQLTransaction) throws -> [TraceEvent] {
        var events: [TraceEvent] = []
        try transaction.query(
            "SELECT event FROM trace_event WHERE queue_id = ?1 ORDER BY number", .integer(queueID.rawValue)
        ) { row in
            if let event = TraceEvent(octets: row.octets(0)) { events.append(event) }
        }
        return events
    }

    /// Looks through the messages, the latest first, in pages.
    private static func scan(
        _ limit: Int, in transaction: SQLTransaction, where matches: (TraceEvent) -> Bool
    ) throws -> [MessageTrace] {
        var found: [MessageTrace] = []
        var seen: Set<QueueID> = []
        var before = Int64.max
        while found.count < limit {
            var rows = 0
            var matching: [QueueID] = []
            try transaction.query(
                """
                SELECT queue_id, event FROM trace_event WHERE queue_id < ?1
                ORDER BY queue_id DESC, number DESC LIMIT 1000
                """, .integer(before)
            ) { row in
                rows += 1
                before = row.integer(0)
                let queueID = QueueID(rawValue: before)
                guard !seen.contains(queueID), let event = TraceEvent(octets: row.octets(1)), matches(event) else {
                    return
                }
                seen.insert(queueID)
                matching.append(queueID)
            }
            for queueID in matching.prefix(limit - found.count) {
                found.append(MessageTrace(queueID: queueID, events: try events(of: queueID, in: transaction)))
            }
            guard rows == 1000 else { break }
            // The page may have ended amid a message's events; it holds more than one message can have.
            before += 1
        }
        return found
    }
}
