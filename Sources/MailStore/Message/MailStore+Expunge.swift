package import MailCore
internal import Storage

extension MailStore {
    /// What an expunge came to.
    package struct ExpungeOutcome: Hashable, Sendable {
        /// The messages that went.
        package var uids = UIDSet()
        /// The clock when the last of them went; nil where none did.
        package var modSeq: ModSeq?
    }

    /// Which messages an expunge takes.
    package enum ExpungeChoice: Hashable, Sendable {
        /// Those with `\Deleted`: EXPUNGE and CLOSE.
        case deleted
        /// Those of these that have `\Deleted`: UID EXPUNGE (RFC 4315 §2.1).
        case deletedAmong(UIDSet)
        /// All of these.
        case all(UIDSet)
    }

    /// Takes messages out of a mailbox for good; durable when it returns. Many go in several transactions.
    package func expunge(_ choice: ExpungeChoice, from key: MailboxKey) async throws -> ExpungeOutcome {
        preconditionFailure("to come")
    }
}
