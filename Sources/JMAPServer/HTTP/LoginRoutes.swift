internal import Directory
package import HTTPService
internal import HTTPTypes
package import Hummingbird
internal import JMAP
internal import JSON
internal import Logins
internal import MailCore
internal import NIOCore
internal import SASL

/// `/login` and `/logout`: sessions of browsers, and of programs that ask for a token.
package enum LoginRoutes {
    /// Octets of what is posted.
    private static let octetsMax = 8 * 1024

    /// Adds the routes.
    package static func add(to router: Router<HTTPServer.Context>, _ authenticator: HTTPAuthenticator) {
        router.post("login") { request, context in try await logIn(request, context, authenticator) }
        router.get("login") { request, context in
            let user = try await authenticator.user(of: request, context, cookie: .reading)
            return Response(json: facts(of: user))
        }
        router.post("logout") { request, context in try await logOut(request, context, authenticator) }
    }

    private static func facts(of user: JMAPUser) -> JSONObject {
        ["user": .string(user.account.address.written), "accountId": .string(user.accountID.text)]
    }

    /// What is posted: JSON alone, which no form of another site can send.
    private static func object(of request: Request) async throws -> JSONObject {
        guard request.isJSON else {
            throw HTTPProblem(.unsupportedMediaType, named: "notJSON", "The request has to be application/json.")
        }
        let octets = try await request.octets(max: octetsMax)
        guard let object = (try? JSONValue(parsing: octets))?.object else {
            throw HTTPProblem(.badRequest, named: "notJSON", "The request is no JSON object.")
        }
        return object
    }

    private static func logIn(
        _ request: Request, _ context: HTTPContext, _ authenticator: HTTPAuthenticator
    ) async throws -> Response {
        try authenticator.checkTransport()
        try authenticator.checkSite(of: request)
        let object = try await object(of: request)
        guard let user = object["user"]?.string, let password = object["password"]?.string else {
            throw HTTPProblem(.badRequest, named: "incomplete", "user and password are needed.")
        }
        let claim = SASLPasswordClaim(
            identity: SASLIdentity(authenticationID: user), password: SecretBytes(password.utf8))
        let outcome = await authenticator.desk.logIn(
            claim, code: object["code"]?.string, agent: request.headers[.userAgent] ?? "",
            authenticator.connection(context))
        switch outcome {
        case .opened(let login, let token):
            // Whatever session the browser had is over: its token is never taken over by another login.
            try await close(authenticator.sessionToken(of: request), authenticator)
            return opened(JMAPUser(login), token, authenticator, wantsToken: object["bearer"]?.bool == true)
        case .codeNeeded: throw refused("codeNeeded", "The code of the second factor is needed.", needsCode: true)
        case .wrongCode(nil): throw refused("wrongCode", "That is not the code of this moment.", needsCode: true)
        case .wrong(nil): throw refused("wrongPassword", "The name or the password is wrong.", needsCode: false)
        case .wrong(let ban?), .wrongCode(let ban?), .locked(let ban): throw HTTPProblem(banned: ban)
        case .unavailable: throw HTTPProblem.unavailable
        }
    }

    private static func refused(_ name: String, _ detail: String, needsCode: Bool) -> HTTPProblem {
        var problem = HTTPProblem(.unauthorized, named: name, detail)
        problem.facts = ["needsCode": .bool(needsCode)]
        return problem
    }

    /// The cookie, or for programs that want it so the token.
    private static func opened(
        _ user: JMAPUser, _ token: SessionToken, _ authenticator: HTTPAuthenticator, wantsToken: Bool
    ) -> Response {
        var object = facts(of: user)
        if wantsToken { object["token"] = .string(token.text) }
        var response = Response(json: object)
        if !wantsToken {
            response.headers[.setCookie] = authenticator.setCookie(
                token, seconds: authenticator.directory.webSessionSecondsMax)
        }
        return response
    }

    private static func logOut(
        _ request: Request, _ context: HTTPContext, _ authenticator: HTTPAuthenticator
    ) async throws -> Response {
        let user = try await authenticator.user(of: request, context)
        if let session = user.session {
            try await authenticator.directory.closeWebSession(session, of: user.account.id)
        }
        var response = Response(json: [:])
        response.headers[.setCookie] = authenticator.setCookie(nil, seconds: 0)
        return response
    }

    private static func close(_ token: SessionToken?, _ authenticator: HTTPAuthenticator) async throws {
        guard let token, let login = try? await authenticator.directory.webSession(token),
            case .session(let number) = login.means
        else { return }
        try await authenticator.directory.closeWebSession(number, of: login.account.id)
    }
}

extension Request {
    /// Whether the body says that it is JSON.
    var isJSON: Bool {
        guard let type = headers[.contentType] else { return false }
        let name = type.prefix { $0 != ";" }.filter { $0 != " " }
        return name.lowercased() == "application/json"
    }

    /// The body, if it is not larger.
    ///
    /// - Throws: `HTTPProblem` with 413.
    func octets(max: Int) async throws -> [UInt8] {
        let problem = HTTPProblem(.contentTooLarge, named: "tooLarge", "At most \(max) octets are taken here.")
        if let length = headers[.contentLength].flatMap(Int.init), length > max { throw problem }
        var octets: [UInt8] = []
        for try await piece in body {
            guard octets.count + piece.readableBytes <= max else { throw problem }
            octets.append(contentsOf: piece.readableBytesView)
        }
        return octets
    }
}
