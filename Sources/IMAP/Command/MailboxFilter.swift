/// Which mailboxes an event group or a search of several mailboxes means (RFC 5465 §6, RFC 7377 §2.2).
package enum MailboxFilter: Hashable, Sendable {
    /// The selected one.
    case selected
    /// The selected one, expunges told only where IDLE or a command allows.
    case selectedDelayed
    /// Those into which mail is delivered.
    case inboxes
    /// All of the user's own.
    case personal
    case subscribed
    /// These and all below them.
    case subtree([MailboxName])
    /// These and those just below them (RFC 7377).
    case subtreeOne([MailboxName])
    case mailboxes([MailboxName])
}
