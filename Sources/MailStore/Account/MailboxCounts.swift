package import MailCore

/// What a mailbox holds as JMAP counts it (RFC 8621 §2): messages, of which several copies in one mailbox are one, and
/// conversations.
package struct MailboxCounts: Hashable, Sendable {
    /// Messages.
    package var totalEmails: Int64 = 0
    /// Those that are neither `\Seen` nor `\Draft` in any mailbox.
    package var unreadEmails: Int64 = 0
    /// Conversations with a message in the mailbox.
    package var totalThreads: Int64 = 0
    /// Those with an unread message anywhere but in the trash; of the trash, those with one there.
    package var unreadThreads: Int64 = 0
    /// No later than at this tick it came to be so.
    package var changedAt = ModSeq(rawValue: 0)

    /// Nothing.
    package init() {}
}
