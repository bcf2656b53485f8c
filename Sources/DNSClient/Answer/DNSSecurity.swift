/// What DNSSEC says of an answer (RFC 4033 §5); a bogus one is an error, `DNSError.bogus`.
package enum DNSSecurity: Hashable, Sendable {
    /// Signed, and every signature holds up to a trust anchor.
    case secure
    /// Nobody has signed it, or there is no trust anchor above it.
    case insecure

    /// Of two answers that are used together: secure when both are.
    package func together(with other: DNSSecurity) -> DNSSecurity {
        self == .secure && other == .secure ? .secure : .insecure
    }
}
