/// A password in the clear, on its way to be hashed or compared; it never shows itself.
public struct Password: Sendable {
    /// The characters as given.
    public let text: String

    /// As the user typed it.
    public init(_ text: String) {
        self.text = text
    }
}

extension Password: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Never the password.
    public var description: String { "Password(redacted)" }
    /// Never the password.
    public var debugDescription: String { description }
    /// Nothing to look into.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
