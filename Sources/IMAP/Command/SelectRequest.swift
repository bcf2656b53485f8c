package import MailCore

/// SELECT and EXAMINE (RFC 9051 §6.3.2, §6.3.3, RFC 7162 §3.1.8, §3.2.5).
package struct SelectRequest: Hashable, Sendable {
    /// Which.
    package let mailbox: MailboxName
    /// SELECT asks for `readWrite`.
    package let access: MailboxAccess
    /// What the client knows of the mailbox; its changes since then are told.
    package let resynchronization: Resynchronization?
    /// CONDSTORE where a parameter switches it on.
    package let enabling: IMAPCapabilitySet

    /// QRESYNC's arguments.
    package struct Resynchronization: Hashable, Sendable {
        /// Of the mailbox as the client knew it.
        package let uidValidity: UIDValidity
        /// As the client saw it last.
        package let modSeq: ModSeq
        /// Messages that the client has; nil for all up to UIDNEXT. Without `*`.
        package let knownUIDs: SequenceSet?
        /// Spares telling older expunges again.
        package let match: Match?
    }

    /// Sequence numbers with their UIDs, both ascending and without `*` (RFC 7162 §3.2.5.2).
    package struct Match: Hashable, Sendable {
        /// As the client numbered them.
        package let sequenceNumbers: SequenceSet
        /// The same messages' UIDs.
        package let uids: SequenceSet
    }
}
