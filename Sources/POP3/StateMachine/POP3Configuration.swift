import SASL

/// How one listener speaks POP3.
package struct POP3Configuration: Hashable, Sendable {
    /// Whether a password or an exchange may cross a connection without TLS (the listener's `authWithoutTLS`).
    package enum LoginPolicy: Hashable, Sendable {
        case requiresTLS
        case allowsClearText
    }

    /// Who may log in when.
    package var loginPolicy = LoginPolicy.requiresTLS
    /// LOGIN-DELAY's number (RFC 2449 §6.5); the session enforces it.
    package var loginDelaySeconds: Int?
    /// The iterations that an unknown user seems to have; those of known ones (RFC 5802 §9).
    package var decoyIterations = SASLLimits.iterationsMin
    /// IMPLEMENTATION's name (RFC 2449 §6.9).
    package var implementation = "Paloma"

    /// As above.
    package init() {}
}

/// TLS on the connection, now.
package enum POP3TLS: Hashable, Sendable {
    /// The listener has no certificate.
    case unavailable
    /// STLS would start it.
    case available
    /// It is on, by STLS or from the first octet.
    case active
}
