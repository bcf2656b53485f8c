/// OAUTHBEARER (RFC 7628) and XOAUTH2, the client's side: one message with the access token.
///
/// A server that refuses the token says why in a challenge, and fails once that is answered (RFC 7628 §3.2.3).
struct BearerClient: Sendable {
    /// How the token is wrapped.
    enum Form: Hashable, Sendable {
        case oauthBearer
        case xoauth2
    }

    private let credentials: SASLClientCredentials
    private let form: Form
    /// Whether the server has said that it does not take the token.
    private(set) var isRefused = false

    init(credentials: SASLClientCredentials, form: Form) {
        self.credentials = credentials
        self.form = form
    }

    /// `gs2-header kvsep *kvpair kvsep`, or `user=… kvsep auth=… kvsep kvsep`.
    func start() -> SASLClientStep {
        let token = credentials.password.withUnsafeBytes(Array.init)
        // RFC 6750 §2.1, b64token, and a name that can end nothing.
        guard !token.isEmpty, !credentials.userName.isEmpty else { return .failure(.unpreparable(.empty)) }
        guard token.allSatisfy({ (0x21...0x7E).contains($0) }),
            credentials.userName.utf8.allSatisfy({ $0 > 0x1F && $0 != 0x7F })
        else { return .failure(.unpreparable(.prohibited)) }
        let head =
            switch form {
            case .oauthBearer: "n,a=\(Self.escape(credentials.userName)),\u{1}auth=Bearer "
            case .xoauth2: "user=\(credentials.userName)\u{1}auth=Bearer "
            }
        return .respond(Array(head.utf8) + token + [1, 1])
    }

    /// The server's reason; it wants an answer before it says no.
    mutating func receive(_ challenge: [UInt8]) -> SASLClientStep {
        guard !isRefused else { return .failure(.outOfTurn) }
        isRefused = true
        return .respond(form == .oauthBearer ? [1] : [])
    }

    /// `saslname` (RFC 5801 §4).
    private static func escape(_ name: String) -> String {
        var escaped = ""
        for scalar in name.unicodeScalars {
            switch scalar {
            case "=": escaped += "=3D"
            case ",": escaped += "=2C"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}
