package import SASL

/// What a provider gives access tokens for, as it is sealed: the refresh token, and in a second line the client's secret where
/// it has one. Neither has control characters (RFC 6749 A.2, A.17).
package struct OAuthGrant: Sendable {
    /// The refresh token.
    package let refreshToken: SecretBytes
    /// The client's secret; nil for a client without one (RFC 6749 §2.1, "public").
    package let clientSecret: SecretBytes?

    /// Reads what `sealable` has written; nil for what has no refresh token, or characters that none can have.
    package init?(_ secret: SecretBytes) {
        let lines = secret.withUnsafeBytes { octets in
            octets.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map { SecretBytes($0) }
        }
        guard (1...2).contains(lines.count), lines[0].count > 0 else { return nil }
        guard lines.allSatisfy({ $0.withUnsafeBytes { $0.allSatisfy { (0x20...0x7E).contains($0) } } }) else {
            return nil
        }
        refreshToken = lines[0]
        clientSecret = lines.count == 2 && lines[1].count > 0 ? lines[1] : nil
    }

    /// A grant whose refresh token the provider has replaced (RFC 6749 §6).
    package init(refreshToken: SecretBytes, clientSecret: SecretBytes?) {
        self.refreshToken = refreshToken
        self.clientSecret = clientSecret
    }

    /// Both in one secret.
    package var sealable: SecretBytes {
        guard let clientSecret else { return refreshToken }
        return SecretBytes(
            refreshToken.withUnsafeBytes(Array.init) + [UInt8(ascii: "\n")]
                + clientSecret.withUnsafeBytes(Array.init))
    }
}
