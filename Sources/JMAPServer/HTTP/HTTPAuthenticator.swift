package import Directory
package import HTTPService
internal import HTTPTypes
package import Hummingbird
internal import JSON
package import Logins
internal import NIOCore
internal import SASL
internal import ServerRuntime

/// Who sends a request: by Basic (RFC 7617, a password or app password), by Bearer (RFC 6750, a session's token) or by the
/// session's cookie. One for each listener.
///
/// **Requests of other sites.** A browser sends the cookie with whatever page asks. `SameSite=Strict` keeps it from other
/// sites; beside it, a request with the cookie must carry the field `X-Paloma`, which no page of another site can add
/// without being asked by CORS, which is off; and where the browser says from where the request comes (`Sec-Fetch-Site`,
/// `Origin`), it must be from here. What a browser loads by itself (a download, an event stream) has no such field, and
/// does no more than read.
package struct HTTPAuthenticator: Sendable {
    /// Whether the listener's connections are encrypted.
    package enum Transport: Sendable {
        /// They are not; passwords and cookies only where somebody has allowed that, on this machine's own address.
        case clear(PasswordsInClear)
        /// From the first octet.
        case tls
    }

    /// What a listener without TLS takes.
    package enum PasswordsInClear: Sendable {
        case taken
        case refused
    }

    /// What a request with the cookie has to carry.
    package enum CookieUse: Sendable {
        /// The field `X-Paloma`: for everything that scripts send.
        case scripts
        /// Nothing more: for what the browser loads itself and that changes nothing.
        case reading
    }

    let directory: Directory
    let desk: LoginDesk
    let listener: String
    let transport: Transport

    package init(directory: Directory, desk: LoginDesk, listener: String, transport: Transport) {
        self.directory = directory
        self.desk = desk
        self.listener = listener
        self.transport = transport
    }

    /// Who sends the request.
    ///
    /// - Throws: `HTTPProblem`, which answers it.
    package func user(
        of request: Request, _ context: HTTPContext, cookie use: CookieUse = .scripts
    ) async throws -> JMAPUser {
        try checkTransport()
        guard let field = request.headers[.authorization] else {
            return try await user(byCookieOf: request, use)
        }
        let parts = field.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: true)
        guard parts.count == 2 else { throw notLoggedIn(request) }
        switch parts[0].lowercased() {
        case "basic": return try await user(basic: parts[1], request, context)
        case "bearer": return try await user(bearer: String(parts[1]), request)
        default: throw notLoggedIn(request)
        }
    }

    /// What a connection is to the watch over logins.
    func connection(_ context: HTTPContext) -> ConnectionInfo {
        ConnectionInfo(id: context.sessionID, listener: listener, peer: context.peer, local: nil)
    }

    /// Nobody shows who they are in clear where that is not allowed.
    func checkTransport() throws {
        if case .clear(.refused) = transport {
            throw HTTPProblem(
                .forbidden, named: "tlsRequired", "Passwords are not taken here without TLS; use the https address.")
        }
    }

    // MARK: Passwords

    private func user(basic text: Substring, _ request: Request, _ context: HTTPContext) async throws -> JMAPUser {
        guard let claim = SASLPasswordClaim(basic: text) else { throw notLoggedIn(request) }
        switch await desk.prove(claim, connection(context)) {
        case .right(let login): return JMAPUser(login)
        case .codeNeeded, .wrong(nil): throw notLoggedIn(request)
        case .wrong(let ban?), .locked(let ban): throw HTTPProblem(banned: ban)
        case .unavailable: throw HTTPProblem.unavailable
        }
    }

    // MARK: Sessions

    private func user(bearer text: String, _ request: Request) async throws -> JMAPUser {
        guard let token = SessionToken(text), let login = try await directory.webSession(token) else {
            throw notLoggedIn(request)
        }
        return JMAPUser(login)
    }

    private func user(byCookieOf request: Request, _ use: CookieUse) async throws -> JMAPUser {
        guard let token = sessionToken(of: request) else { throw notLoggedIn(request) }
        try checkSite(of: request)
        if use == .scripts, request.headers[.paloma] == nil {
            throw HTTPProblem(
                .forbidden, named: "crossSite", "A request with the cookie needs the field X-Paloma.")
        }
        guard let login = try await directory.webSession(token) else { throw notLoggedIn(request) }
        return JMAPUser(login)
    }

    /// What a browser says of where a request comes from has to be here.
    func checkSite(of request: Request) throws {
        let problem = HTTPProblem(.forbidden, named: "crossSite", "The request comes from another site.")
        if let site = request.headers[.secFetchSite], site != "same-origin", site != "none" { throw problem }
        if let origin = request.headers[.origin] {
            guard let host = request.head.authority, origin.lowercased() == "\(scheme)://\(host)".lowercased() else {
                throw problem
            }
        }
    }

    var scheme: String {
        switch transport {
        case .clear: "http"
        case .tls: "https"
        }
    }

    /// The session that the cookie claims.
    func sessionToken(of request: Request) -> SessionToken? {
        for field in request.headers[values: .cookie] {
            for pair in field.split(separator: ";") {
                let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                guard parts.count == 2, parts[0].drop(while: { $0 == " " }) == cookieName else { continue }
                return SessionToken(String(parts[1]))
            }
        }
        return nil
    }

    /// `__Host-` has the browser see to it that nobody but this host, over TLS, has set it (RFC 6265bis §4.1.3.2).
    private var cookieName: String {
        switch transport {
        case .clear: "paloma"
        case .tls: "__Host-paloma"
        }
    }

    /// The field that sets the cookie, or takes it away.
    func setCookie(_ token: SessionToken?, seconds: Int64) -> String {
        let secure =
            switch transport {
            case .clear: ""
            case .tls: "; Secure"
            }
        return "\(cookieName)=\(token?.text ?? ""); Path=/; Max-Age=\(token == nil ? 0 : seconds)"
            + "; HttpOnly; SameSite=Strict\(secure)"
    }

    /// 401. Browsers ask for a name and a password by themselves when they are invited to Basic: pages of ours are not.
    func notLoggedIn(_ request: Request) -> HTTPProblem {
        var problem = HTTPProblem(.unauthorized, named: "notLoggedIn", "Log in first, or again.")
        if request.headers[.paloma] == nil, request.headers[.secFetchMode] == nil {
            problem.fields = [(.wwwAuthenticate, #"Basic realm="Paloma", charset="UTF-8""#)]
        }
        return problem
    }
}

extension HTTPProblem {
    /// Somebody who has guessed too often.
    init(banned: LoginRefusal) {
        self.init(
            .tooManyRequests, named: "banned", "Too many wrong passwords; wait \(max(1, banned.seconds / 60)) minutes.")
        fields = [(.retryAfter, "\(banned.seconds)")]
    }

    /// The store or the hashing threads have too much to do.
    static var unavailable: HTTPProblem {
        var problem = HTTPProblem(.serviceUnavailable, named: "unavailable", "Try again in a moment.")
        problem.fields = [(.retryAfter, "5")]
        return problem
    }
}

extension HTTPField.Name {
    private static func made(_ name: String) -> HTTPField.Name {
        guard let made = HTTPField.Name(name) else { preconditionFailure("no field name") }
        return made
    }

    static let paloma = made("X-Paloma")
    static let secFetchSite = made("Sec-Fetch-Site")
    static let secFetchMode = made("Sec-Fetch-Mode")
}

extension SASLPasswordClaim {
    /// `user:password` in base64 (RFC 7617 §2): of a name nothing behind its first colon.
    init?(basic text: Substring) {
        guard text.utf8.count <= 4096, let octets = SASLBase64.decode(text.utf8),
            let colon = octets.firstIndex(of: UInt8(ascii: ":")),
            let user = String(validating: octets[..<colon], as: UTF8.self), !user.isEmpty
        else { return nil }
        self.init(
            identity: SASLIdentity(authenticationID: user), password: SecretBytes(octets[(colon + 1)...]))
    }
}
