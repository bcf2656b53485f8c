/// What became of one recipient in a transaction.
package enum RecipientOutcome: Hashable, Sendable {
    /// The server has taken the responsibility (RFC 5321 §6.1); LMTP: the message is delivered.
    case accepted(SMTPReply)
    /// The server said no, with 4yz or 5yz: to this recipient, to the sender, or to the message.
    case refused(SMTPReply, at: SMTPStage)
    /// The recipient belongs into another transaction, on this connection if it can be used again: the server takes no
    /// more at a time (RFC 9422 RCPTMAX; RFC 5321 §4.5.3.1.10).
    case leftOver
    /// The session ended before the server said anything final.
    case undecided(SMTPSessionFailure, DataSent)

    /// How much of the message the server can have.
    package enum DataSent: Hashable, Sendable {
        /// Not all of it: trying again makes no duplicate.
        case incomplete
        /// Perhaps all of it, and its answer was lost: trying again may make a duplicate (RFC 5321 §4.5.3.2.6).
        case inDoubt
    }
}

/// What became of a transaction.
package struct SMTPTransactionOutcome: Hashable, Sendable {
    /// Whether the wishes about reports went on with the message.
    package enum DSNHandover: Hashable, Sendable {
        /// The server took them, or there were none.
        case handedOn
        /// The server does not know DSN: a success wanted is ours to report as "relayed" (RFC 3461 §5.2.2).
        case dropped
    }

    /// What the connection is good for now.
    package enum Connection: Hashable, Sendable {
        /// Another transaction.
        case reusable
        /// Nothing but QUIT, or not even that.
        case spent
    }

    /// In the order of the envelope's recipients.
    package let recipients: [RecipientOutcome]
    /// Whether reports are the next server's matter.
    package let dsn: DSNHandover
    /// Whether another transaction may follow.
    package let connection: Connection

    package init(recipients: [RecipientOutcome], dsn: DSNHandover, connection: Connection) {
        self.recipients = recipients
        self.dsn = dsn
        self.connection = connection
    }
}
