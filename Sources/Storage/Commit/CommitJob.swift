internal import MailCore

/// One transaction that waits for the writer.
struct CommitJob {
    /// What makes the transaction durable.
    enum Durability {
        /// The log's flush: everything needed to redo it is in the record. Its rows become visible a little later.
        case log
        /// The database's own flush.
        case database
        /// Nothing at once: a process that ends takes nothing away, a power cut what the log's next flush has not covered.
        case written
        /// Nothing is changed: whoever waits wants to see what was confirmed before.
        case visibility
    }

    /// A message to be written to the log, with the number that it was given when it began to arrive.
    struct Message {
        /// Whether the log has the message already.
        enum Purpose {
            /// It arrives.
            case arrival
            /// It leaves a segment that is to go, or its octets are written anew as they are.
            case move
        }

        var purpose: Purpose
        var email: EmailID
        var body: MessageBody
    }

    let durability: Durability
    /// Whether it writes anew what the log has already.
    var isMaintenance = false
    /// They are kept all or none.
    let messages: [Message]
    /// Runs on the writer's thread, in the transaction; a delivery returns the record of each message, or none when nothing
    /// is kept.
    let run: (SQLTransaction) throws -> [DeliveryRecord]
    /// Called once: without an error when the transaction is durable.
    let finish: ((any Error)?) -> Void
}
