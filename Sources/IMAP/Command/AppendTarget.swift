/// Where messages go that a command brings (RFC 9051 §6.3.12, RFC 3502, RFC 8508).
package enum AppendTarget: Hashable, Sendable {
    /// APPEND.
    case mailbox(MailboxName)
    /// REPLACE: the message named goes when the new one is there.
    case replacing(MessageNumbering, SequenceSet.Bound, MailboxName)
}
