/// What may be done with the selected mailbox.
package enum MailboxAccess: Hashable, Sendable {
    case readOnly
    case readWrite
}
