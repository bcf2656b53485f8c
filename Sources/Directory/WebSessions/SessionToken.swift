/// What a browser shows to be let in again: 256 random bits in 43 characters. The store has its SHA-256 alone: who reads
/// the database cannot log in with it.
package struct SessionToken: Sendable {
    /// As the cookie has it.
    package let text: String

    /// A new one.
    init() {
        text = Sodium.base64URL(Sodium.randomOctets(32))
    }

    /// What a browser has shown; nil when it cannot be one.
    package init?(_ text: String) {
        guard text.utf8.count == Self.count, text.utf8.allSatisfy(Self.isCharacter) else { return nil }
        self.text = text
    }

    private static let count = 43

    private static func isCharacter(_ octet: UInt8) -> Bool {
        switch octet {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default: false
        }
    }

    /// What is kept of it.
    var hash: [UInt8] { Sodium.sha256(Array(text.utf8)) }
}

extension SessionToken: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Never the token.
    package var description: String { "SessionToken(redacted)" }
    /// Never the token.
    package var debugDescription: String { description }
    /// Nothing to look into.
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}
