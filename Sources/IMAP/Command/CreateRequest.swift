/// CREATE (RFC 9051 §6.3.4, RFC 6154 §3).
package struct CreateRequest: Hashable, Sendable {
    /// Which; a separator at its end was taken away (it announces that names below it will come).
    package let mailbox: MailboxName
    /// What it is to be for; empty where USE was not said.
    package let uses: [MailboxUse]
}
