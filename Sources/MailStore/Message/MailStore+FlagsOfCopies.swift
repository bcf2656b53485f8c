package import MailCore
package import Storage

extension MailStore {
    /// Changes flags as a part of a transaction. Messages that are gone are passed over; what does not change keeps its
    /// MODSEQ.
    ///
    /// - Parameter uids: `MailStoreLimits.changedTogetherMax` at most.
    package static func setFlags(
        _ change: FlagChange, of uids: UIDSet, in key: MailboxKey, _ limits: MailStoreLimits = MailStoreLimits(),
        in transaction: SQLTransaction
    ) throws -> FlagOutcome {
        precondition(uids.count <= limits.changedTogetherMax, "more messages than one transaction takes")
        let job = FlagJob(change: change, key: key, unchangedSince: nil, limits: limits)
        return try job.run(uids, in: transaction).0
    }
}
