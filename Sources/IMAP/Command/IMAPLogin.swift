/// LOGIN's arguments, not prepared; describes itself as a secret.
package struct IMAPLogin: Hashable, Sendable, CustomStringConvertible, CustomReflectable {
    /// As sent.
    package let userName: [UInt8]
    /// As sent.
    package let password: [UInt8]

    /// No names, no passwords.
    package var description: String { "<login>" }
    /// Nothing to see.
    package var customMirror: Mirror { Mirror(self, children: []) }
}
