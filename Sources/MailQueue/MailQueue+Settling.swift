public import MailCore
public import Storage

/// What becomes of recipients that were tried.
extension MailQueue {
    /// Recipients that are to be tried again.
    public struct Deferral: Sendable, Equatable {
        /// Their numbers in the message's queue entry.
        public var recipients: [Int64]
        /// When, in seconds since 1970, UTC.
        public var nextAttempt: Int64
        /// What the other server said, or what went wrong.
        public var reply: String

        /// A deferral.
        public init(recipients: [Int64], nextAttempt: Int64, reply: String) {
            self.recipients = recipients
            self.nextAttempt = nextAttempt
            self.reply = reply
        }
    }

    /// Takes recipients out of the queue that are done with; with the last one goes the message. What is gone already
    /// stays so.
    public static func settle(_ settlement: Settlement, in transaction: SQLTransaction) throws {
        let queueID = SQLValue.integer(settlement.email.rawValue)
        for recipient in settlement.recipients {
            try transaction.run(
                "DELETE FROM queue_recipient WHERE queue_id = ?1 AND recipient = ?2", queueID, .integer(recipient))
        }
        let isOver =
            try transaction.first("SELECT 1 FROM queue_recipient WHERE queue_id = ?1 LIMIT 1", queueID) { _ in false }
            ?? true
        guard isOver else { return }
        if try transaction.run("DELETE FROM queue_message WHERE queue_id = ?1", queueID) > 0 {
            try transaction.release(settlement.email)
        }
    }

    /// The same outside of a delivery: the log is told, so that a rebuild does not send again.
    public static func settleAndNote(_ settlement: Settlement, in transaction: SQLTransaction) throws {
        try settle(settlement, in: transaction)
        transaction.note(.settled(settlement))
    }

    /// Has recipients tried again later.
    public static func `defer`(_ deferral: Deferral, of queueID: QueueID, in transaction: SQLTransaction) throws {
        for recipient in deferral.recipients {
            try transaction.run(
                """
                UPDATE queue_recipient SET attempts = attempts + 1, next_attempt = ?3, last_reply = ?4
                WHERE queue_id = ?1 AND recipient = ?2
                """, .integer(queueID.rawValue), .integer(recipient), .integer(deferral.nextAttempt),
                .text(String(deferral.reply.unicodeScalars.prefix(1000))))
        }
    }

    /// The sender of a message knows that it takes longer.
    public static func markDelayTold(_ queueID: QueueID, in transaction: SQLTransaction) throws {
        try transaction.run("UPDATE queue_message SET told = 1 WHERE queue_id = ?1", .integer(queueID.rawValue))
    }
}
