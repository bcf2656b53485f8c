package import MailCore

/// One address on which one protocol is served.
package struct ConfiguredListener: Hashable, Sendable {
    /// What is spoken on it.
    package enum ServedProtocol: String, CaseIterable, Hashable, Sendable {
        /// Mail from other servers (RFC 5321).
        case smtp
        /// Mail from our own users (RFC 6409).
        case submission
        /// Mail from a server in front of us (RFC 2033).
        case lmtp
        /// Reading, RFC 1939.
        case pop3
        /// Reading, RFC 9051.
        case imap
        /// The webmail, JMAP (RFC 8620), metrics and health.
        case http

        /// Whether people log in on it.
        package var hasLogins: Bool {
            switch self {
            case .submission, .pop3, .imap, .http: true
            case .smtp, .lmtp: false
            }
        }

        /// Whether it is of no use to those who cannot log in.
        package var needsLogins: Bool { hasLogins && self != .http }

        /// Whether it has a command that turns TLS on (RFC 3207, RFC 2595).
        package var hasStartTLS: Bool { self != .http }

        /// The port that clients expect, RFC 8314 §3 and the registry of the IANA.
        package func standardPort(_ tls: TLSMode) -> Int {
            switch self {
            case .smtp: 25
            case .submission: tls == .implicit ? 465 : 587
            case .lmtp: 24
            case .pop3: tls == .implicit ? 995 : 110
            case .imap: tls == .implicit ? 993 : 143
            case .http: tls == .implicit ? 443 : 80
            }
        }
    }

    /// When TLS begins.
    package enum TLSMode: String, CaseIterable, Hashable, Sendable {
        /// Never.
        case none
        /// When the client asks for it.
        case starttls
        /// With the first octet.
        case implicit
    }

    /// Whether passwords are taken without TLS.
    package enum PlaintextLogin: Hashable, Sendable {
        /// Never: the right thing on a network.
        case refused
        /// From this machine, on a loopback address.
        case loopback
        /// Although anyone on the way can read them; somebody wrote `"forced"`.
        case forced

        /// Whether the listener may take a password in clear.
        package var isAllowed: Bool { self != .refused }
    }

    /// Where it listens.
    package enum Place: Hashable, Sendable {
        /// TCP.
        case endpoint(SocketEndpoint)
        /// A Unix socket, as an absolute path.
        case path(String)
    }

    /// What is spoken.
    package let servedProtocol: ServedProtocol
    /// Where.
    package let place: Place
    /// When TLS begins.
    package let tls: TLSMode
    /// Whether passwords are taken without it.
    package let authWithoutTLS: PlaintextLogin
    /// Capabilities that it does not offer, as written; known only to the protocol.
    package let disabled: [String]
    /// The line of its `[[listener]]`, for messages.
    package let line: Int?

    /// Puts the parts together.
    package init(
        servedProtocol: ServedProtocol, place: Place, tls: TLSMode, authWithoutTLS: PlaintextLogin,
        disabled: [String] = [], line: Int? = nil
    ) {
        self.servedProtocol = servedProtocol
        self.place = place
        self.tls = tls
        self.authWithoutTLS = authWithoutTLS
        self.disabled = disabled
        self.line = line
    }
}

extension ConfiguredListener.Place: CustomStringConvertible {
    /// `127.0.0.1:20025` or the path.
    package var description: String {
        switch self {
        case .endpoint(let endpoint): endpoint.description
        case .path(let path): path
        }
    }
}
