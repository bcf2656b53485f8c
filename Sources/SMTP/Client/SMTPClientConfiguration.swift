package import SASL

/// What a client's machine is to do with one connection.
package struct SMTPClientConfiguration: Sendable {
    /// What is spoken.
    package enum Dialect: Hashable, Sendable {
        /// EHLO, or HELO where the server does not know that (RFC 5321 §4.1.1.1).
        case smtp
        /// LHLO; a reply for each recipient after the message (RFC 2033).
        case lmtp
    }

    /// What to do about TLS.
    package enum TLS: Hashable, Sendable {
        /// Nothing, even if STARTTLS is offered.
        case never
        /// STARTTLS where it is offered; in the clear where it is not, or is refused (RFC 7435).
        case whenOffered
        /// STARTTLS, or nothing is sent.
        case required
        /// TLS from the first octet (RFC 8314 §3.3).
        case implicit
    }

    /// Whether the machine keeps what is said for an observer.
    package enum Dialog: Hashable, Sendable {
        case unrecorded
        case recorded
    }

    /// How we name ourselves: our host name, or an address literal (RFC 5321 §4.1.4).
    package var name: String
    /// What is spoken.
    package var dialect: Dialect
    /// What to do about TLS.
    package var tls: TLS
    /// To log in with; the session is not ready without success.
    package var credentials: SASLClientCredentials?
    /// Fresh random octets, at least 18, for a login.
    package var nonce: [UInt8]
    /// What the server may do.
    package var limits: SMTPClientLimits
    /// Whether the dialog is kept.
    package var dialog: Dialog

    /// Puts a connection's settings together; a nonce is needed with credentials only.
    package init(
        name: String, dialect: Dialect = .smtp, tls: TLS = .whenOffered, credentials: SASLClientCredentials? = nil,
        nonce: [UInt8] = [], limits: SMTPClientLimits = SMTPClientLimits(), dialog: Dialog = .unrecorded
    ) {
        self.name = name
        self.dialect = dialect
        self.tls = tls
        self.credentials = credentials
        self.nonce = nonce
        self.limits = limits
        self.dialog = dialog
    }
}
