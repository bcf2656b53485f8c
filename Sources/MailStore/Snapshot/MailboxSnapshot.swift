package import MailCore

/// A mailbox at one moment, as SELECT and EXAMINE need it.
package struct MailboxSnapshot: Hashable, Sendable {
    /// Which mailbox.
    package let key: MailboxKey
    /// UIDVALIDITY.
    package let uidValidity: UIDValidity
    /// UIDNEXT.
    package let uidNext: UInt32
    /// HIGHESTMODSEQ: every change up to this is in the snapshot.
    package let highestModSeq: ModSeq
    /// All messages.
    package let uids: UIDSet
    /// Those of them that no session was told of before (RFC 3501 §2.3.2).
    package let recent: UIDSet
    /// The first that is not `\Seen`.
    package let firstUnseen: UID?
    /// Keywords that messages have, sorted; the first `MailStoreLimits.keywordsListedMax`.
    package let keywords: [String]
}

/// Whether the messages that are recent to this session are so to no other after it.
package enum RecentClaim: Hashable, Sendable {
    /// SELECT.
    case claims
    /// EXAMINE, STATUS.
    case looks
}
