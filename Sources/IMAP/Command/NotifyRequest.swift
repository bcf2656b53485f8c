/// NOTIFY (RFC 5465 §3).
package enum NotifyRequest: Hashable, Sendable {
    /// No event is told, in no mailbox.
    case none
    /// What is told replaces what was told before.
    case set([NotifyGroup], status: InitialStatus)

    /// Whether STATUS responses come first.
    package enum InitialStatus: Hashable, Sendable {
        case omitted
        case sent
    }
}

/// Mailboxes and what is told of them.
package struct NotifyGroup: Hashable, Sendable {
    /// Which mailboxes.
    package let filter: MailboxFilter
    /// What is told; empty for `NONE`.
    package let events: NotifyEvents
    /// What is told of new messages in the selected mailbox.
    package let newMessageAttributes: [FetchAttribute]
}
