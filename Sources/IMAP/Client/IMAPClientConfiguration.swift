package import SASL

/// What a client's machine is to do with one connection.
package struct IMAPClientConfiguration: Sendable {
    /// What to do about TLS.
    package enum TLS: Hashable, Sendable {
        /// Nothing. Passwords are not shown then, unless `ClearTextLogin` says otherwise.
        case never
        /// STARTTLS, or no login (RFC 9051 §6.2.1).
        case required
        /// TLS from the first octet (RFC 8314 §3.3).
        case implicit
    }

    /// Whether a password may be shown without TLS.
    package enum ClearTextLogin: Hashable, Sendable {
        case refused
        /// For a server on the same machine.
        case allowed
    }

    /// What to do about TLS.
    package var tls: TLS
    /// To log in with.
    package var credentials: SASLClientCredentials
    /// Whether a password may be shown without TLS.
    package var clearTextLogin: ClearTextLogin
    /// Fresh random octets, at least 18 (RFC 5802 §5.1 `r`).
    package var nonce: [UInt8]
    /// What the server may do.
    package var limits: IMAPClientLimits

    /// Puts a connection's settings together.
    package init(
        tls: TLS, credentials: SASLClientCredentials, nonce: [UInt8], clearTextLogin: ClearTextLogin = .refused,
        limits: IMAPClientLimits = IMAPClientLimits()
    ) {
        self.tls = tls
        self.credentials = credentials
        self.nonce = nonce
        self.clearTextLogin = clearTextLogin
        self.limits = limits
    }
}
