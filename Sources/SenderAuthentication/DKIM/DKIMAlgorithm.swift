/// How a signature is made, `a=` of it.
public enum DKIMAlgorithm: String, Sendable, Hashable, CaseIterable, Codable {
    /// RSA, PKCS #1 v1.5, over SHA-256 (RFC 6376 §3.3.2): what everybody verifies.
    case rsaSHA256 = "rsa-sha256"
    /// PureEdDSA over SHA-256 (RFC 8463 §3): short, quick, not verified by everybody.
    case ed25519SHA256 = "ed25519-sha256"

    /// `k=` of the key record (RFC 6376 §3.6.1, RFC 8463 §4).
    public var keyType: String {
        switch self {
        case .rsaSHA256: "rsa"
        case .ed25519SHA256: "ed25519"
        }
    }
}
