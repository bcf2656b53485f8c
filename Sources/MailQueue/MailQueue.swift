public import MailCore
public import Storage

/// Messages on their way to recipients elsewhere. An entry is made in the transaction that accepts its message.
public struct MailQueue: Sendable {
    let store: Store

    /// The queue in a store that was opened with `MailQueue.schema`.
    public init(store: Store) {
        self.store = store
    }

    /// The tables of the queue: a message's number there is its e-mail's.
    public static let schema = SchemaPart(
        name: "mailqueue",
        versions: [
            [
                """
                CREATE TABLE queue_message (
                    queue_id INTEGER PRIMARY KEY,
                    body BIGINT NOT NULL,
                    smtputf8 BIGINT NOT NULL,
                    require_tls BIGINT NOT NULL,
                    dsn_return BIGINT,
                    envelope_id TEXT,
                    accepted_at BIGINT NOT NULL
                )
                """,
                """
                CREATE TABLE queue_recipient (
                    queue_id BIGINT NOT NULL,
                    recipient BIGINT NOT NULL,
                    reverse_path TEXT NOT NULL,
                    forward_path TEXT NOT NULL,
                    notify BIGINT,
                    original_type TEXT,
                    original_address TEXT,
                    attempts BIGINT NOT NULL,
                    next_attempt BIGINT NOT NULL,
                    last_reply TEXT NOT NULL,
                    PRIMARY KEY (queue_id, recipient)
                ) WITHOUT ROWID
                """,
            ]
        ], references: ["SELECT queue_id AS email FROM queue_message"])

    /// Puts a message in the queue, as part of its delivery. Once for each message: a replay changes nothing.
    public static func enqueue(
        _ queued: QueuedMessage, _ email: EmailID, in transaction: SQLTransaction
    ) throws {
        let parameters = queued.parameters
        let inserted = try transaction.run(
            "INSERT INTO queue_message VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (queue_id) DO NOTHING",
            .integer(email.rawValue), .integer(Int64(parameters.body.rawValue)),
            .integer(Int64(parameters.smtpUTF8.rawValue)), .integer(Int64(parameters.requireTLS.rawValue)),
            .optional(parameters.dsnReturn.map { Int64($0.rawValue) }), .optional(parameters.envelopeID),
            .integer(queued.acceptedAt))
        guard inserted > 0 else { return }
        for (number, entry) in queued.recipients.enumerated() {
            let recipient = entry.recipient
            try transaction.run(
                "INSERT INTO queue_recipient VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 0, ?8, '')",
                .integer(email.rawValue), .integer(Int64(number)), .text(entry.reversePath.address?.written ?? ""),
                .text(recipient.path.address?.written ?? ""), .optional(recipient.notify.map { Int64($0.rawValue) }),
                .optional(recipient.originalRecipient?.addressType),
                .optional(recipient.originalRecipient?.address), .integer(queued.acceptedAt))
        }
    }

    /// The queue entry of a record, if it is not there yet.
    public static func replay(_ record: DeliveryRecord, in transaction: SQLTransaction) throws {
        guard let queued = record.queued else { return }
        try enqueue(queued, record.email, in: transaction)
    }
}
