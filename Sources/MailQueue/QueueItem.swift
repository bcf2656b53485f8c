public import MailCore
public import Storage

/// A message with those of its recipients who can be told to one server in one transaction: one destination, one
/// reverse-path.
public struct QueueItem: Sendable, Equatable {
    /// One of the recipients.
    public struct Recipient: Sendable, Equatable {
        /// Its number in the message's queue entry.
        public var number: Int64
        /// Whom to try, and what to ask for.
        public var recipient: EnvelopeRecipient
        /// How often it was tried.
        public var attempts: Int64
        /// What the other server said last.
        public var lastReply: String
        /// What is to be done.
        public var task: QueuedMessage.Task
    }

    /// The message.
    public var queueID: QueueID
    /// The domain that the recipients wait under.
    public var destination: String
    /// Who put it on its way.
    public var origin: QueuedMessage.Origin
    /// When it was accepted, in seconds since 1970, UTC.
    public var acceptedAt: Int64
    /// From when on its age counts.
    public var beginsAt: Int64
    /// Whether its sender knows of a delay.
    public var told: Told
    /// What MAIL carried.
    public var parameters: EnvelopeParameters
    /// Where reports go.
    public var reversePath: ReversePath
    /// Where its octets stand.
    public var content: StoredOctets
    /// Whom it is for.
    public var recipients: [Recipient]

    /// What the sender was told meanwhile.
    public enum Told: Int64, Sendable {
        /// Nothing.
        case nothing = 0
        /// That it takes longer.
        case delay = 1
    }
}

extension MailQueue {
    /// What can be sent to a destination at a time, those that wait longest first.
    ///
    /// - Parameter limit: of recipients.
    public nonisolated(nonsending) func due(_ destination: String, at seconds: Int64, limit: Int) async throws
        -> [QueueItem]
    {
        try await store.read { transaction in
            var rows: [(QueueID, Row)] = []
            try transaction.query(
                """
                SELECT queue_id, recipient, reverse_path, forward_path, notify, original_type, original_address,
                    attempts, last_reply, task
                FROM queue_recipient WHERE destination = ?1 AND state = 0 AND next_attempt <= ?2
                ORDER BY next_attempt, queue_id, recipient LIMIT ?3
                """, .text(destination), .integer(seconds), .integer(Int64(limit))
            ) { rows.append((QueueID(rawValue: $0.integer(0)), Row($0))) }
            return try Self.items(rows, destination, in: transaction)
        }
    }

    /// All that is left of a message, by destination and reverse-path, held or not.
    static func items(of queueID: QueueID, in transaction: SQLTransaction) throws -> [QueueItem] {
        var rows: [String: [(QueueID, Row)]] = [:]
        try transaction.query(
            """
            SELECT queue_id, recipient, reverse_path, forward_path, notify, original_type, original_address,
                attempts, last_reply, task, destination
            FROM queue_recipient WHERE queue_id = ?1 ORDER BY recipient
            """, .integer(queueID.rawValue)
        ) { rows[$0.text(10), default: []].append((queueID, Row($0))) }
        return try rows.sorted { $0.key < $1.key }.flatMap { try items($0.value, $0.key, in: transaction) }
    }

    private struct Row {
        let reversePath: String
        let recipient: QueueItem.Recipient

        init(_ row: SQLRow) {
            reversePath = row.text(2)
            let original = row.optionalText(5).map {
                EnvelopeRecipient.OriginalRecipient(addressType: $0, address: row.text(6))
            }
            let notify = row.optionalInteger(4).map {
                EnvelopeRecipient.Notify(rawValue: UInt8(truncatingIfNeeded: $0))
            }
            recipient = QueueItem.Recipient(
                number: row.integer(1),
                recipient: EnvelopeRecipient(
                    path: EmailAddress(row.text(3)).map(ForwardPath.address) ?? .postmaster, notify: notify,
                    originalRecipient: original),
                attempts: row.integer(7), lastReply: row.text(8),
                task: QueuedMessage.Task(rawValue: UInt8(truncatingIfNeeded: row.integer(9))) ?? .deliver)
        }
    }

    private static func items(
        _ rows: [(QueueID, Row)], _ destination: String, in transaction: SQLTransaction
    ) throws -> [QueueItem] {
        var items: [QueueItem] = []
        var places: [Key: Int] = [:]
        for (queueID, row) in rows {
            let key = Key(queueID: queueID, reversePath: row.reversePath)
            if let place = places[key] {
                items[place].recipients.append(row.recipient)
            } else if let item = try item(queueID, row, destination, in: transaction) {
                places[key] = items.count
                items.append(item)
            }
        }
        return items
    }

    private struct Key: Hashable {
        let queueID: QueueID
        let reversePath: String
    }

    private static func item(
        _ queueID: QueueID, _ row: Row, _ destination: String, in transaction: SQLTransaction
    ) throws -> QueueItem? {
        guard let content = try transaction.content(of: EmailID(rawValue: queueID.rawValue)) else { return nil }
        return try transaction.first(
            """
            SELECT body, smtputf8, require_tls, dsn_return, envelope_id, accepted_at, origin, begins_at, deliver_by,
                deliver_by_mode, told
            FROM queue_message WHERE queue_id = ?1
            """, .integer(queueID.rawValue)
        ) { message in
            QueueItem(
                queueID: queueID, destination: destination,
                origin: .init(rawValue: UInt8(truncatingIfNeeded: message.integer(6))) ?? .received,
                acceptedAt: message.integer(5), beginsAt: message.integer(7),
                told: QueueItem.Told(rawValue: message.integer(10)) ?? .nothing,
                parameters: EnvelopeParameters(queueRow: message),
                reversePath: EmailAddress(row.reversePath).map(ReversePath.address) ?? .null, content: content,
                recipients: [row.recipient])
        }
    }
}
