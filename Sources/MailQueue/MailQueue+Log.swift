public import MailCore
public import Storage

extension MailQueue {
    /// Takes a message out of the queue of which nothing is left.
    public static func discard(_ email: EmailID, in transaction: SQLTransaction) throws {
        guard try transaction.run("DELETE FROM queue_message WHERE queue_id = ?1", .integer(email.rawValue)) > 0 else {
            return
        }
        try transaction.run("DELETE FROM queue_recipient WHERE queue_id = ?1", .integer(email.rawValue))
        try transaction.release(email)
    }

    /// A message's queue entry as it stands now, or nil when it has none (any more).
    public static func queued(_ email: EmailID, in transaction: SQLTransaction) throws -> QueuedMessage? {
        let items = try items(of: QueueID(rawValue: email.rawValue), in: transaction)
        guard let first = items.first else { return nil }
        var message = QueuedMessage(
            origin: first.origin, parameters: first.parameters, acceptedAt: first.acceptedAt, recipients: [])
        message.recipients = items.flatMap { item in
            item.recipients.map {
                QueuedMessage.Recipient(
                    number: $0.number, recipient: $0.recipient, reversePath: item.reversePath, task: $0.task)
            }
        }
        .sorted { $0.number < $1.number }
        return message
    }

    /// Age in seconds at which a settlement need not be remembered any more: whoever still waits in a log that old has
    /// been given up.
    private static let rememberedSeconds: Int64 = 400 * 86_400

    /// Notes that say how things are now with what a note is about.
    public static func restate(_ note: LogNote, at seconds: Int64) -> [LogNote] {
        guard case .settled(let settlement) = note, settlement.at > seconds - rememberedSeconds else { return [] }
        return [note]
    }

    /// Does a note's change to a database that is made anew.
    public static func apply(_ note: LogNote, in transaction: SQLTransaction) throws {
        guard case .settled(let settlement) = note else { return }
        try settle(settlement, in: transaction)
    }
}

extension EnvelopeParameters {
    /// From the columns body, smtputf8, require_tls, dsn_return, envelope_id, accepted_at, origin, begins_at,
    /// deliver_by, deliver_by_mode.
    init(queueRow row: SQLRow) {
        self.init(
            body: .init(rawValue: UInt8(truncatingIfNeeded: row.integer(0))) ?? .eightBitMIME,
            smtpUTF8: .init(rawValue: UInt8(truncatingIfNeeded: row.integer(1))) ?? .notNeeded,
            requireTLS: .init(rawValue: UInt8(truncatingIfNeeded: row.integer(2))) ?? .opportunistic,
            dsnReturn: row.optionalInteger(3).flatMap { .init(rawValue: UInt8(truncatingIfNeeded: $0)) },
            envelopeID: row.optionalText(4))
        let (acceptedAt, beginsAt) = (row.integer(5), row.integer(7))
        if beginsAt > acceptedAt { holdUntil = beginsAt }
        if let deadline = row.optionalInteger(8) {
            let mode = UInt8(truncatingIfNeeded: row.integer(9))
            deliverBy = DeliverBy(
                deadline: deadline, mode: .init(rawValue: mode & 15) ?? .returnMessage,
                trace: .init(rawValue: mode >> 4) ?? .none)
        }
    }
}
