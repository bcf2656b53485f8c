package import MailCore

/// How the client names itself (RFC 5321 §4.1.1.1).
///
/// The name proves nothing, real clients send all kinds, and mail must not be refused for it (RFC 5321 §4.1.4): so
/// any printable text is taken and kept for the Received field.
package struct HelloName: Hashable, Sendable {
    /// As sent: 1 to 255 octets without control characters and spaces.
    package let text: String

    /// The name as a domain or an address literal, where it is one.
    package var domain: Domain? { Domain(text) }

    /// Takes any printable text.
    package init?(_ text: String) {
        guard (1...255).contains(text.utf8.count), text.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7f }) else { return nil }
        self.text = text
    }
}

extension HelloName: CustomStringConvertible {
    /// As sent.
    package var description: String { text }
}
