internal import MailCore

/// Under which name a domain publishes a key: `SELECTOR._domainkey.DOMAIN` (RFC 6376 §3.1).
public struct DKIMSelector: Sendable, Hashable {
    /// Labels in lower case, separated by dots.
    public let text: String

    /// Reads a selector; nil when it is no name of labels.
    public init?(_ text: String) {
        guard let name = Domain(text), !name.isAddressLiteral else { return nil }
        self.text = name.ascii
    }
}

extension DKIMSelector: CustomStringConvertible {
    /// The text.
    public var description: String { text }
}
