/// What a key is used for.
public enum SigningKeyState: Int64, Sendable, Hashable, Codable {
    /// It signs.
    case active = 0
    /// It is to sign when its record has been published and is known everywhere.
    case next = 1
    /// It signs no more; its record stays for mail that is still under way.
    case retired = 2
}

/// A key with which mail of a domain is signed, as commands and pages show it: never the secret.
public struct SigningKeySummary: Sendable, Hashable, Codable {
    /// The selector.
    public var selector: String
    /// `rsa-sha256` or `ed25519-sha256`.
    public var algorithm: String
    /// What it is used for.
    public var state: SigningKeyState
    /// Where its record stands in the DNS.
    public var recordName: String
    /// The record's text.
    public var recordText: String
    /// Seconds since 1970.
    public var createdSeconds: Int64

    /// Puts the parts together.
    public init(
        selector: String, algorithm: String, state: SigningKeyState, recordName: String, recordText: String,
        createdSeconds: Int64
    ) {
        self.selector = selector
        self.algorithm = algorithm
        self.state = state
        self.recordName = recordName
        self.recordText = recordText
        self.createdSeconds = createdSeconds
    }
}
