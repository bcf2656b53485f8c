package import MailCore
package import Storage

extension MailStore {
    /// Whether the next row is wanted.
    package enum RowDemand: Hashable, Sendable {
        case more
        case enough
    }

    /// Reads the messages of a mailbox that are among `uids`, ascending.
    package static func rows(
        of uids: UIDSet, in key: MailboxKey, _ columns: MessageColumns = [], _ transaction: SQLTransaction,
        each: (MessageRow) throws -> Void
    ) throws {
        preconditionFailure("to come")
    }

    /// Reads some of the messages of a mailbox that are among `uids`, ascending, until the closure has enough.
    ///
    /// - Returns: those of `uids` behind the last row that was read: empty when all were.
    package static func page(
        of uids: UIDSet, in key: MailboxKey, _ columns: MessageColumns = [], _ transaction: SQLTransaction,
        while wanted: (MessageRow) throws -> RowDemand
    ) throws -> UIDSet {
        preconditionFailure("to come")
    }

    /// The messages of a mailbox whose MODSEQ is greater (RFC 7162 §3.1.4.1 CHANGEDSINCE). Its time is that of its result.
    package static func uids(
        changedSince modSeq: ModSeq, of key: MailboxKey, in transaction: SQLTransaction
    ) throws -> UIDSet {
        preconditionFailure("to come")
    }

    /// The messages of a mailbox with `\Deleted`. Its time is that of its result.
    package static func deletedUIDs(of key: MailboxKey, in transaction: SQLTransaction) throws -> UIDSet {
        preconditionFailure("to come")
    }
}
