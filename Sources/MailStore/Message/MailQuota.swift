/// How much an account may hold (RFC 9208 §5: STORAGE and MESSAGE).
package struct MailQuota: Hashable, Sendable {
    /// Octets of all its copies.
    package var octetsMax: Int64
    /// Copies in all of its mailboxes.
    package var messagesMax: Int64

    /// A quota; what is not named is not limited.
    package init(octetsMax: Int64 = .max, messagesMax: Int64 = .max) {
        self.octetsMax = octetsMax
        self.messagesMax = messagesMax
    }

    /// Nothing is limited.
    package static let none = MailQuota()
}
