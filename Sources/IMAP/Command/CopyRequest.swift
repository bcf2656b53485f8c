/// COPY and MOVE (RFC 9051 §6.4.7 and §6.4.8).
package struct CopyRequest: Hashable, Sendable {
    /// Which kind of numbers the set has.
    package let numbering: MessageNumbering
    /// Which messages.
    package let messages: SequenceSet
    /// Whereto.
    package let destination: MailboxName
}
