/// What one exchange may cost.
package struct SASLLimits: Hashable, Sendable {
    /// One client message, decoded: 12,288 base64 octets (RFC 5034 §4 and RFC 4954 §4) hold 9,216.
    package var messageOctetsMax = 9_216
    /// A name or a password; RFC 4616 §2 asks for 255.
    package var fieldOctetsMax = 1_024
    /// A client's nonce; RFC 5802 names no bound.
    package var nonceOctetsMax = 256
    /// Iterations below which no SCRAM credentials are made (RFC 7677 §4).
    package static let iterationsMin = 4_096
    /// Iterations above which credentials are taken for damaged; the client does the work and would hang.
    package static let iterationsMax = 10_000_000

    /// The limits as they stand above.
    package init() {}
}
