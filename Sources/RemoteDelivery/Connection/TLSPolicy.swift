package import MailCore
package import X509

/// What TLS has to give before a server gets mail.
package enum TLSPolicy: Sendable {
    /// No TLS.
    case none
    /// TLS where it is offered, with anybody. When the handshake fails, another connection without TLS may follow
    /// (RFC 7435 §3).
    case opportunistic
    /// As `opportunistic`; whether `verified` would have been met is told in `TLSFacts`, and nothing depends on it (the
    /// mode `testing` of RFC 8461 §5).
    case testing([Domain], TrustRoots)
    /// TLS, with anybody.
    case required
    /// TLS with a server whose certificate is for one of these names and comes from one of the roots (RFC 8461 §4.1).
    case verified([Domain], TrustRoots)
    /// TLS with a server whose certificate is as these records say (RFC 7672); the names are those that a record of usage
    /// DANE-TA(2) goes with. Where no record is usable, as `required` (RFC 7672 §2.2).
    case dane([DANERecord], names: [Domain])
}

/// When TLS begins.
package enum TLSStart: Hashable, Sendable {
    /// By STARTTLS (RFC 3207).
    case startTLS
    /// With the first octet, as on port 465 (RFC 8314 §3.3); a policy of `none` is one of `required` then.
    case implicit
}

/// Whose signature counts.
package enum TrustRoots: Sendable {
    /// What the system trusts.
    case system
    /// These alone.
    case certificates([Certificate])

    var store: CertificateStore {
        switch self {
        case .system: .systemTrustRoots
        case .certificates(let certificates): CertificateStore(certificates)
        }
    }
}

/// What TLS gave, for the log and the trace.
package struct TLSFacts: Hashable, Sendable {
    /// How the server showed that it is the one that was meant.
    package enum Authentication: Hashable, Sendable {
        /// It did not have to.
        case none
        /// It did not have to, and did not when asked.
        case failed(reason: String)
        /// By a certificate of an authority for this name.
        case webPKI(Domain)
        /// By this record of its DNS.
        case dane(DANERecord)
    }

    /// `TLSv1.3`.
    package let version: String
    /// `TLS_AES_128_GCM_SHA256`.
    package let cipher: String
    /// How the server was authenticated.
    package let authentication: Authentication
}

extension TLSFacts: CustomStringConvertible {
    /// `TLSv1.3 TLS_AES_128_GCM_SHA256, DANE-EE`.
    package var description: String {
        switch authentication {
        case .none, .failed: "\(version) \(cipher), unverified"
        case .webPKI(let name): "\(version) \(cipher), certificate for \(name)"
        case .dane(let record): "\(version) \(cipher), DANE \(record)"
        }
    }
}
