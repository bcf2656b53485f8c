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
        let message = try transaction.first(
            """
            SELECT body, smtputf8, require_tls, dsn_return, envelope_id, accepted_at
            FROM queue_message WHERE queue_id = ?1
            """, .integer(email.rawValue)
        ) { row in
            QueuedMessage(
                parameters: EnvelopeParameters(
                    body: .init(rawValue: UInt8(truncatingIfNeeded: row.integer(0))) ?? .eightBitMIME,
                    smtpUTF8: .init(rawValue: UInt8(truncatingIfNeeded: row.integer(1))) ?? .notNeeded,
                    requireTLS: .init(rawValue: UInt8(truncatingIfNeeded: row.integer(2))) ?? .opportunistic,
                    dsnReturn: row.optionalInteger(3).flatMap { .init(rawValue: UInt8(truncatingIfNeeded: $0)) },
                    envelopeID: row.optionalText(4)),
                acceptedAt: row.integer(5), recipients: [])
        }
        guard var message else { return nil }
        try transaction.query(
            """
            SELECT reverse_path, forward_path, notify, original_type, original_address
            FROM queue_recipient WHERE queue_id = ?1 ORDER BY recipient
            """, .integer(email.rawValue)
        ) { row in
            let notify = row.optionalInteger(2).map {
                EnvelopeRecipient.Notify(rawValue: UInt8(truncatingIfNeeded: $0))
            }
            let original = row.optionalText(3).map {
                EnvelopeRecipient.OriginalRecipient(addressType: $0, address: row.text(4))
            }
            let path = EmailAddress(row.text(1)).map(ForwardPath.address) ?? .postmaster
            message.recipients.append(
                QueuedMessage.Recipient(
                    recipient: EnvelopeRecipient(path: path, notify: notify, originalRecipient: original),
                    reversePath: EmailAddress(row.text(0)).map(ReversePath.address) ?? .null))
        }
        return message
    }
}
