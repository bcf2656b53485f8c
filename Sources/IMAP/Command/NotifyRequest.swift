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

/// Events (RFC 5465 §5).
package struct NotifyEvents: OptionSet, Hashable, Sendable {
    /// The bits.
    package let rawValue: UInt8
    /// From bits.
    package init(rawValue: UInt8) { self.rawValue = rawValue }
    /// `MessageNew`
    package static let messageNew = NotifyEvents(rawValue: 1)
    /// `MessageExpunge`
    package static let messageExpunge = NotifyEvents(rawValue: 2)
    /// `FlagChange`
    package static let flagChange = NotifyEvents(rawValue: 4)
    /// `MailboxName`
    package static let mailboxName = NotifyEvents(rawValue: 8)
    /// `SubscriptionChange`
    package static let subscriptionChange = NotifyEvents(rawValue: 16)
    /// `MailboxMetadataChange`
    package static let mailboxMetadataChange = NotifyEvents(rawValue: 32)
    /// `ServerMetadataChange`
    package static let serverMetadataChange = NotifyEvents(rawValue: 64)
}
