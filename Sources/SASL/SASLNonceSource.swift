/// Nonces without randomness of its own: HMAC of a counter, keyed by a secret that is random for each connection.
package struct SASLNonceSource: Sendable {
    private let seed: SecretBytes
    private var counter: UInt64 = 0

    /// `seed`: 32 random octets, never used for another connection.
    package init(seed: SecretBytes) { self.seed = seed }

    /// The next nonce, 24 octets.
    package mutating func next() -> [UInt8] {
        counter &+= 1
        let message: [UInt8] = Array("nonce\u{0}\(counter)".utf8)
        return HMACSHA256.authenticate(message, key: seed).withUnsafeBytes { Array($0.prefix(24)) }
    }
}
