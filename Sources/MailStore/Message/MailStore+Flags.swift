package import MailCore

extension MailStore {
    /// Changes flags; durable when it returns. Messages that are gone are passed over; many are changed in several
    /// transactions, of which each is complete. What does not change keeps its MODSEQ.
    ///
    /// Who wants to tell a client of many messages piece by piece calls it with some of them at a time.
    ///
    /// - Parameter unchangedSince: messages with a greater MODSEQ stay as they are (RFC 7162 §3.1.3).
    package func setFlags(
        _ change: FlagChange, of uids: UIDSet, in key: MailboxKey, unchangedSince: ModSeq? = nil
    ) async throws -> FlagOutcome {
        preconditionFailure("to come")
    }
}
