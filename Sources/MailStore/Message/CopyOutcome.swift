package import MailCore

/// What COPY or MOVE came to (RFC 4315 §3 COPYUID).
package struct CopyOutcome: Hashable, Sendable {
    /// The target's.
    package let uidValidity: UIDValidity
    /// The messages that were there, ascending.
    package var from = UIDSet()
    /// Their copies, in the same order.
    package var to = UIDSet()
    /// The source's clock after the messages went from it; nil where none went.
    package var expungedAt: ModSeq?

    /// This and what came behind it.
    func joined(_ next: CopyOutcome) -> CopyOutcome {
        CopyOutcome(
            uidValidity: uidValidity, from: from.union(next.from), to: to.union(next.to),
            expungedAt: next.expungedAt ?? expungedAt)
    }
}
