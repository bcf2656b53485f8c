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
