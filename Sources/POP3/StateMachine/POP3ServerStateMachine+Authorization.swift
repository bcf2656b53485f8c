import SASL

/// The AUTHORIZATION state (RFC 1939 §4, RFC 5034).
extension POP3ServerStateMachine {
    mutating func authorize(_ command: POP3Command, userName: [UInt8]?) -> POP3Action {
        switch command {
        case .quit: return close(farewell)
        case .capabilities: return send(capabilities)
        case .language(let range): return language(range).map { send($0) } ?? refuse("Invalid language")
        case .startTLS: return startTLS()
        case .utf8:
            encoding = .utf8
            return send(.ok("UTF-8 mode"))
        case .user, .pass, .authenticate:
            guard mayLogIn else {
                return refuse(tls == .available ? "Use STLS first" : "Logins need TLS, which is not to be had here")
            }
            return logIn(command, userName: userName)
        default: return refuse("Log in first")
        }
    }

    /// Whether logins are taken, and announced, on the connection as it is.
    var mayLogIn: Bool { tls == .active || configuration.loginPolicy == .allowsClearText }

    private mutating func logIn(_ command: POP3Command, userName: [UInt8]?) -> POP3Action {
        switch command {
        case .user(let name):
            state = .authorization(userName: name)
            return send(.ok("Send PASS"))
        case .pass(let password):
            guard let userName else { return refuse("Send USER first") }
            state = .authorization(userName: nil)
            guard let claim = SASLPasswordClaim.prepare(userName: userName, password: password.octets) else {
                return refuseLogin("Login failed")
            }
            return ask(.password(claim), awaiting: .password(claim.identity))
        case .authenticate(nil):
            return send(.ok("Mechanisms follow", lines: mechanisms.map(\.rawValue)))
        case .authenticate(let request?):
            return beginExchange(request)
        default:
            return refuse("Log in first")
        }
    }

    var mechanisms: [SASLMechanism] { SASLMechanism.available(with: bindings) }

    private mutating func startTLS() -> POP3Action {
        switch tls {
        case .active: return refuse("Command not permitted when TLS active")
        case .unavailable: return refuse("TLS is not to be had here")
        case .available where encoding == .utf8: return refuse("STLS must come before UTF8")  // RFC 6856 §2.1
        case .available:
            badCommands = 0
            return .startTLS(.ok("Begin TLS negotiation"))
        }
    }

    private mutating func beginExchange(_ request: AuthenticationRequest) -> POP3Action {
        guard let mechanism = request.mechanism, mechanisms.contains(mechanism) else {
            return refuse("Unrecognized authentication mechanism")
        }
        var context = SASLServerContext(bindings: bindings, nonce: nonces.next(), decoySecret: decoySecret)
        context.decoyIterations = configuration.decoyIterations
        var exchange = SASLServer(mechanism: mechanism, context: context)
        let step = exchange.start(initialResponse: request.initialResponse)
        return follow(step, of: exchange)
    }

    mutating func receiveResponse(_ line: [UInt8]) -> POP3Action {
        guard case .exchange(var exchange) = state else { return refuse("Not now") }
        if line == [UInt8(ascii: "*")] {
            state = .authorization(userName: nil)
            return refuse("Authentication cancelled")
        }
        guard let response = SASLBase64.decode(line) else {
            state = .authorization(userName: nil)
            return refuse(POP3SyntaxError.badBase64.text)
        }
        let step = exchange.receive(response)
        return follow(step, of: exchange)
    }

    mutating func follow(_ step: SASLStep, of exchange: SASLServer) -> POP3Action {
        switch step {
        case .challenge(let challenge):
            state = .exchange(exchange)
            return send(.challenge(SASLBase64.encode(challenge)))
        case .needCredentials(let userName):
            state = .exchange(exchange)
            return ask(.credentials(userName: userName), awaiting: .credentials)
        case .verifyPassword(let claim):
            state = .authorization(userName: nil)
            return ask(.password(claim), awaiting: .password(claim.identity))
        case .success(let identity):
            state = .authorization(userName: nil)
            return ask(.maildrop(identity), awaiting: .maildrop)
        case .failure(let failure):
            state = .authorization(userName: nil)
            return ask(.refusal(failure), awaiting: .refusal)
        }
    }
}
