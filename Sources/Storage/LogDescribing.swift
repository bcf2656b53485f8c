public import MailCore

/// What the log's records mean to the modules above: how a delivery is done again, and what its record would hold today.
///
/// Notes of rows are Storage's own; the closures see the others.
public struct LogDescribing: Sendable {
    /// Files the copies and queue entries of a record that are not there yet. The octets are the message's, as they stand
    /// in the log. For a record whose rows are already there it must change nothing.
    public typealias Replay =
        @Sendable (DeliveryRecord, UnsafeRawBufferPointer, ReplayReason, SQLTransaction) throws -> Void
    /// The record of a message as it is filed and queued now.
    public typealias Describe = @Sendable (EmailID, SQLTransaction) throws -> DeliveryRecord
    /// Notes that say how things are now with what a note is about.
    public typealias Restate = @Sendable (LogNote, SQLTransaction) throws -> [LogNote]
    /// Notes the rows of an account's mailboxes, whose numbers no record carries.
    public typealias SalvageMailboxes = @Sendable (AccountID, SQLTransaction) throws -> Void
    /// Sees the numbers that rows in a note have.
    public typealias Numbers = @Sendable (NotedRows, inout NumbersSeen) throws -> Void
    /// Numbers that the log names are not given again.
    public typealias Reserve = @Sendable (NumbersSeen, SQLTransaction) throws -> Void
    /// Whether the number of a copy belongs to a message already.
    public typealias IsTaken = @Sendable (FiledCopy, SQLTransaction) throws -> Bool
    /// Does a note's change to a database that is made anew.
    public typealias Apply = @Sendable (LogNote, SQLTransaction) throws -> Void
    /// Nothing is left of a message: its copies and queue entries go.
    public typealias Discard = @Sendable (EmailID, SQLTransaction) throws -> Void
    /// A message's octets are not what they were: what was read from them is read again, and its copies say so.
    public typealias Reread = @Sendable (EmailID, UnsafeRawBufferPointer, SQLTransaction) throws -> Void
    /// Counts again what is counted.
    public typealias Recount = @Sendable (SQLTransaction, RecountReason) throws -> Void

    /// Why deliveries are done again.
    public enum ReplayReason: Sendable {
        /// The database has lost them, and nothing that came after.
        case recovery
        /// The database is new: what was done with a message later, such as a copy, stands in notes behind its record.
        case rebuild
    }

    /// Why counts are made anew.
    public enum RecountReason: Sendable {
        /// Some were wrong.
        case repair
        /// The database is new: numbers that may have been given since the last note of them must not be given again.
        case rebuild
    }

    let replay: Replay
    let describe: Describe
    let restate: Restate
    let salvageMailboxes: SalvageMailboxes
    let numbers: Numbers
    let reserve: Reserve
    let isTaken: IsTaken
    let apply: Apply
    let discard: Discard
    let reread: Reread
    let recount: Recount

    /// All of them.
    public init(
        replay: @escaping Replay, describe: @escaping Describe, restate: @escaping Restate,
        salvageMailboxes: @escaping SalvageMailboxes, numbers: @escaping Numbers, reserve: @escaping Reserve,
        isTaken: @escaping IsTaken, apply: @escaping Apply,
        discard: @escaping Discard, reread: @escaping Reread, recount: @escaping Recount
    ) {
        self.replay = replay
        self.describe = describe
        self.restate = restate
        self.salvageMailboxes = salvageMailboxes
        self.numbers = numbers
        self.reserve = reserve
        self.isTaken = isTaken
        self.apply = apply
        self.discard = discard
        self.reread = reread
        self.recount = recount
    }
}

extension SQLTransaction {
    /// Writes to the log how things are now with what a note is about.
    func restate(_ note: LogNote, _ describing: LogDescribing) throws {
        if case .rows(let table, let key, _) = note {
            try salvage(table: table, key: key)
        } else {
            for current in try describing.restate(note, self) { self.note(current) }
        }
    }
}
