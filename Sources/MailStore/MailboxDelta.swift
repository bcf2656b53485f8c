/// By how much the counts of a mailbox differ after a change.
struct MailboxDelta {
    /// Messages more, or less.
    var messages: Int64 = 0
    /// Of those that are not `\Seen`.
    var unseen: Int64 = 0
    /// Octets of prefixes and stored messages.
    var octets: Int64 = 0
    /// At least this is UIDNEXT afterwards.
    var uidNext: Int64 = 0
}
