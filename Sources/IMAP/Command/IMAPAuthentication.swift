package import SASL

/// AUTHENTICATE's arguments (RFC 9051 §6.2.2).
package struct IMAPAuthentication: Hashable, Sendable {
    /// Nil for a mechanism that we do not speak.
    package let mechanism: SASLMechanism?
    /// Decoded; nil where the client sent none (RFC 4959).
    package let initialResponse: [UInt8]?
}
