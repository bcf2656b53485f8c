/// The mechanisms we speak, by their registered names.
package enum SASLMechanism: String, CaseIterable, Hashable, Sendable {
    case scramSHA256Plus = "SCRAM-SHA-256-PLUS"
    case scramSHA256 = "SCRAM-SHA-256"
    case plain = "PLAIN"
    case login = "LOGIN"
    /// RFC 7628; a client's only.
    case oauthBearer = "OAUTHBEARER"
    /// What large providers had before RFC 7628; a client's only.
    case xoauth2 = "XOAUTH2"

    /// Those that prove the knowledge of a password, which our servers take, the best first.
    package static let ofPasswords: [SASLMechanism] = [.scramSHA256Plus, .scramSHA256, .plain, .login]
    /// Those that show a token, the best first.
    package static let ofTokens: [SASLMechanism] = [.oauthBearer, .xoauth2]

    /// Names are compared without case by the mail protocols (RFC 5034 §4); nil for one that we do not speak.
    package init?(name: String) {
        guard name.utf8.count <= 20 else { return nil }  // RFC 4422 §3.1
        self.init(rawValue: name.uppercased())
    }

    /// The mechanisms to announce, the best first. Both kinds of SCRAM are there only together, as RFC 5802 §6 asks.
    package static func available(with bindings: TLSChannelBindings) -> [SASLMechanism] {
        bindings.isEmpty ? ofPasswords.filter { $0 != .scramSHA256Plus } : ofPasswords
    }
}

/// What the TLS connection gives for channel binding; empty without TLS, or where TLS gives none.
package struct TLSChannelBindings: Hashable, Sendable {
    /// RFC 9266: 32 octets exported from the connection.
    package var exporter: [UInt8]?
    /// RFC 5929 §4: the hash of the server's certificate.
    package var serverEndPoint: [UInt8]?

    /// The bindings that there are.
    package init(exporter: [UInt8]? = nil, serverEndPoint: [UInt8]? = nil) {
        self.exporter = exporter
        self.serverEndPoint = serverEndPoint
    }

    /// Whether SCRAM-SHA-256-PLUS cannot be offered.
    package var isEmpty: Bool { exporter == nil && serverEndPoint == nil }

    func data(named name: String) -> [UInt8]? {
        switch name {
        case "tls-exporter": exporter
        case "tls-server-end-point": serverEndPoint
        default: nil
        }
    }
}
