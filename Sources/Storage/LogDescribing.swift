public import MailCore

/// What the log's records mean to the modules above: how a delivery is done again, and what its record would hold today.
public struct LogDescribing: Sendable {
    /// Files the copies and queue entries of a record that are not there yet. The octets are the message's, as they stand
    /// in the log. For a record whose rows are already there it must change nothing.
    public typealias Replay = @Sendable (DeliveryRecord, UnsafeRawBufferPointer, SQLTransaction) throws -> Void
    /// The record of a message as it is filed and queued now.
    public typealias Describe = @Sendable (EmailID, SQLTransaction) throws -> DeliveryRecord
    /// What a note has to say now, or nil when later ones say it. Notes of rows are Storage's own.
    public typealias Renew = @Sendable (LogNote, SQLTransaction) throws -> LogNote?
    /// Does a note's change to a database that is made anew. Notes of rows are Storage's own.
    public typealias Apply = @Sendable (LogNote, SQLTransaction) throws -> Void
    /// Counts again what is counted.
    public typealias Recount = @Sendable (SQLTransaction) throws -> Void

    let replay: Replay
    let describe: Describe
    let renew: Renew
    let apply: Apply
    let recount: Recount

    /// All five.
    public init(
        replay: @escaping Replay, describe: @escaping Describe, renew: @escaping Renew, apply: @escaping Apply,
        recount: @escaping Recount
    ) {
        self.replay = replay
        self.describe = describe
        self.renew = renew
        self.apply = apply
        self.recount = recount
    }
}
