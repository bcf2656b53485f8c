public import MailCore
public import Storage

/// Messages on their way to recipients elsewhere. An entry is made in the transaction that accepts its message.
///
/// **Destinations.** Recipients wait under their domain. `queue_destination` has one row for each domain that somebody
/// waits under, with the time at which there is something to do: whoever delivers looks at that table alone, whatever
/// the number of recipients. A domain that cannot be reached is postponed as a whole, in its row.
public struct MailQueue: Sendable {
    let store: Store

    /// The queue in a store that was opened with `MailQueue.schema`.
    public init(store: Store) {
        self.store = store
    }

    /// The tables of the queue: a message's number there is its e-mail's.
    public static let schema = SchemaPart(
        name: "mailqueue", versions: [firstTables, destinations, policies],
        references: ["SELECT queue_id AS email FROM queue_message"])

    private static let firstTables = [
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

    private static let destinations = [
        "ALTER TABLE queue_message ADD COLUMN origin BIGINT NOT NULL DEFAULT 0",
        // From when on its age counts: when it was accepted, or until when its sender held it (RFC 4865).
        "ALTER TABLE queue_message ADD COLUMN begins_at BIGINT NOT NULL DEFAULT 0",
        // 0: nothing was told; 1: its sender knows of the delay.
        "ALTER TABLE queue_message ADD COLUMN told BIGINT NOT NULL DEFAULT 0",
        "ALTER TABLE queue_message ADD COLUMN deliver_by BIGINT",
        // The mode, and 16 where relays report.
        "ALTER TABLE queue_message ADD COLUMN deliver_by_mode BIGINT",
        "UPDATE queue_message SET begins_at = accepted_at",
        // 1: held by hand, and so are its recipients.
        "ALTER TABLE queue_message ADD COLUMN held BIGINT NOT NULL DEFAULT 0",
        "CREATE INDEX queue_message_by_age ON queue_message (held, told, begins_at)",
        "CREATE INDEX queue_message_by_limit ON queue_message (deliver_by) WHERE deliver_by IS NOT NULL",
        "ALTER TABLE queue_recipient ADD COLUMN destination TEXT NOT NULL DEFAULT ''",
        // 0: waits; 1: held by hand.
        "ALTER TABLE queue_recipient ADD COLUMN state BIGINT NOT NULL DEFAULT 0",
        // QueuedMessage.Task.
        "ALTER TABLE queue_recipient ADD COLUMN task BIGINT NOT NULL DEFAULT 0",
        // What stands behind the last @.
        """
        UPDATE queue_recipient SET destination =
            replace(forward_path, rtrim(forward_path, replace(forward_path, '@', '')), '')
        """,
        "CREATE INDEX queue_recipient_due ON queue_recipient (destination, state, next_attempt, queue_id, recipient)",
        """
        CREATE TABLE queue_destination (
            destination TEXT PRIMARY KEY,
            due_at BIGINT NOT NULL,
            postponed_until BIGINT NOT NULL,
            failures BIGINT NOT NULL,
            last_failure TEXT NOT NULL
        ) WITHOUT ROWID
        """,
        "CREATE INDEX queue_destination_due ON queue_destination (due_at)",
        """
        INSERT INTO queue_destination SELECT destination, min(next_attempt), 0, 0, '' FROM queue_recipient
        GROUP BY destination
        """,
    ]

    private static let policies = [
        // MTA-STS policies of other domains, so that they hold over a restart (RFC 8461 §5.1).
        """
        CREATE TABLE sts_policy (
            domain TEXT PRIMARY KEY,
            id TEXT NOT NULL,
            policy TEXT NOT NULL,
            fetched_at BIGINT NOT NULL
        )
        """,
        "CREATE INDEX sts_policy_by_age ON sts_policy (fetched_at)",
    ]

    /// Puts a message in the queue, as part of its delivery. Once for each message: a replay changes nothing.
    public static func enqueue(
        _ queued: QueuedMessage, _ email: EmailID, in transaction: SQLTransaction
    ) throws {
        let parameters = queued.parameters
        let beginsAt = max(queued.acceptedAt, parameters.holdUntil ?? 0)
        let inserted = try transaction.run(
            """
            INSERT INTO queue_message (
                queue_id, body, smtputf8, require_tls, dsn_return, envelope_id, accepted_at, origin, begins_at,
                deliver_by, deliver_by_mode)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11) ON CONFLICT (queue_id) DO NOTHING
            """,
            .integer(email.rawValue), .integer(Int64(parameters.body.rawValue)),
            .integer(Int64(parameters.smtpUTF8.rawValue)), .integer(Int64(parameters.requireTLS.rawValue)),
            .optional(parameters.dsnReturn.map { Int64($0.rawValue) }), .optional(parameters.envelopeID),
            .integer(queued.acceptedAt), .integer(Int64(queued.origin.rawValue)), .integer(beginsAt),
            .optional(parameters.deliverBy?.deadline),
            .optional(parameters.deliverBy.map { Int64($0.mode.rawValue) + 16 * Int64($0.trace.rawValue) }))
        guard inserted > 0 else { return }
        var destinations: Set<String> = []
        for entry in queued.recipients {
            let recipient = entry.recipient
            // What is to be done here has no destination.
            let destination = entry.task == .deliver ? recipient.path.address?.domain.ascii ?? "" : ""
            try transaction.run(
                """
                INSERT INTO queue_recipient (
                    queue_id, recipient, reverse_path, forward_path, notify, original_type, original_address,
                    attempts, next_attempt, last_reply, destination, task)
                VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 0, ?8, '', ?9, ?10)
                """,
                .integer(email.rawValue), .integer(entry.number), .text(entry.reversePath.address?.written ?? ""),
                .text(recipient.path.address?.written ?? ""), .optional(recipient.notify.map { Int64($0.rawValue) }),
                .optional(recipient.originalRecipient?.addressType),
                .optional(recipient.originalRecipient?.address), .integer(beginsAt), .text(destination),
                .integer(Int64(entry.task.rawValue)))
            destinations.insert(destination)
        }
        for destination in destinations { try call(destination, at: beginsAt, in: transaction) }
    }

    /// There is something to do for a destination, at that time or when it is no longer postponed.
    static func call(_ destination: String, at seconds: Int64, in transaction: SQLTransaction) throws {
        try transaction.run(
            """
            INSERT INTO queue_destination VALUES (?1, ?2, 0, 0, '') ON CONFLICT (destination) DO UPDATE SET due_at =
                CASE WHEN excluded.due_at >= due_at THEN due_at
                WHEN excluded.due_at < postponed_until THEN postponed_until ELSE excluded.due_at END
            """, .text(destination), .integer(seconds))
    }

    /// The queue entry of a record, if it is not there yet, and the end of what the record settles.
    public static func replay(_ record: DeliveryRecord, in transaction: SQLTransaction) throws {
        if let queued = record.queued { try enqueue(queued, record.email, in: transaction) }
        for settlement in record.settles { try settle(settlement, in: transaction) }
    }
}
