internal import SASL

/// LOGIN and AUTHENTICATE (RFC 9051 §6.2.2, §6.2.3).
extension IMAPServerStateMachine {
    /// Whether logins are taken, and announced, on the connection as it is.
    var mayLogIn: Bool { tls == .active || configuration.loginPolicy == .allowsClearText }

    var mechanisms: [SASLMechanism] { SASLMechanism.available(with: bindings) }

    /// Why no secret may be sent on the connection as it is.
    var privacyRefusal: IMAPCompletion? {
        guard !mayLogIn else { return nil }
        let text = tls == .available ? "Use STARTTLS first" : "Logins need TLS, which is not to be had here"
        return .no(text, code: .privacyRequired)
    }

    mutating func logIn(_ login: IMAPLogin, _ tag: CommandTag) -> IMAPAction {
        if let refusal = privacyRefusal { return complete(refusal, tag, name: "LOGIN") }
        guard let claim = SASLPasswordClaim.prepare(userName: login.userName, password: login.password) else {
            return refuseLogin(tag)
        }
        loginTag = tag
        return ask(.password(claim), awaiting: .password(claim.identity))
    }

    mutating func authenticate(_ request: IMAPAuthentication, _ tag: CommandTag) -> IMAPAction {
        if let refusal = privacyRefusal { return complete(refusal, tag, name: "AUTHENTICATE") }
        guard let mechanism = request.mechanism, mechanisms.contains(mechanism) else {
            return complete(.no("Unsupported authentication mechanism"), tag, name: "AUTHENTICATE")
        }
        var context = SASLServerContext(bindings: bindings, nonce: nonces.next(), decoySecret: decoySecret)
        context.decoyIterations = configuration.decoyIterations
        var exchange = SASLServer(mechanism: mechanism, context: context)
        let step = exchange.start(initialResponse: request.initialResponse)
        return follow(step, of: exchange, tag)
    }

    /// A line of an exchange.
    mutating func receiveResponse(
        _ event: CommandFramer.Event, _ tag: CommandTag, _ exchange: SASLServer
    ) -> IMAPAction? {
        guard case .text(let line) = event else {
            framer.drain()
            activity = .draining(Refusal(tag: tag, completion: .bad("Response too long")))
            return nil
        }
        activity = .commands
        if line == [UInt8(ascii: "*")] { return complete(.bad("Authentication cancelled"), tag, name: "AUTHENTICATE") }
        guard let response = SASLBase64.decode(line) else {
            return complete(.bad("Not valid base64"), tag, name: "AUTHENTICATE")
        }
        var exchange = exchange
        let step = exchange.receive(response)
        return follow(step, of: exchange, tag)
    }

    private mutating func follow(_ step: SASLStep, of exchange: SASLServer, _ tag: CommandTag) -> IMAPAction {
        loginTag = tag
        switch step {
        case .challenge(let challenge):
            activity = .exchange(tag, exchange)
            return .send(written { $0.challenge(SASLBase64.encode(challenge)) })
        case .needCredentials(let userName):
            activity = .exchange(tag, exchange)
            return ask(.credentials(userName: userName), awaiting: .credentials)
        case .verifyPassword(let claim):
            activity = .commands
            return ask(.password(claim), awaiting: .password(claim.identity))
        case .success(let identity):
            activity = .commands
            return ask(.account(identity), awaiting: .account)
        case .failure(let failure):
            activity = .commands
            return ask(.refusal(failure), awaiting: .refusal)
        }
    }

    // MARK: The session's answers

    /// To `credentials`.
    package mutating func answer(credentials: IMAPCredentialsAnswer) -> IMAPAction {
        settle(.credentials)
        guard case .exchange(let tag, var exchange) = activity else { preconditionFailure("No exchange is under way") }
        switch credentials {
        case .found(let found):
            let step = exchange.provide(found)
            return follow(step, of: exchange, tag)
        case .none:
            let step = exchange.provide(nil)
            return follow(step, of: exchange, tag)
        case .locked(let text): return lockOut(text, tag)
        case .failed(let failure): return failLogin(failure, tag)
        }
    }

    /// To `refusal`.
    package mutating func answer(refusal: IMAPRefusalAnswer) -> IMAPAction {
        settle(.refusal)
        guard let tag = loginTag else { preconditionFailure("No exchange has failed") }
        switch refusal {
        case .noted: return refuseLogin(tag)
        case .locked(let text): return lockOut(text, tag)
        }
    }

    /// To `password`.
    package mutating func answer(password: IMAPPasswordAnswer) -> IMAPAction {
        guard case .password(let identity)? = awaited, let tag = loginTag else {
            preconditionFailure("No password was asked about")
        }
        awaited = nil
        switch password {
        case .right: return ask(.account(identity), awaiting: .account)
        case .wrong: return refuseLogin(tag)
        case .locked(let text): return lockOut(text, tag)
        case .failed(let failure): return failLogin(failure, tag)
        }
    }

    /// To `account`.
    package mutating func answer(account: IMAPAccountAnswer) -> IMAPAction {
        settle(.account)
        guard let tag = loginTag else { preconditionFailure("No account was asked for") }
        switch account {
        case .open:
            phase = .authenticated
            failedLogins = 0
            loginTag = nil
            return complete(.ok("Logged in", code: .capability(capabilities)), tag, name: "LOGIN")
        case .notAuthorized:
            return refuseLogin(tag, .no("Not authorized", code: .authorizationFailed))
        case .tooMany:
            return endLogin(.no("Too many connections", code: .limit), tag)
        case .failed(let failure):
            return failLogin(failure, tag)
        }
    }

    /// A login that failed by the client's fault; too many end the connection.
    private mutating func refuseLogin(
        _ tag: CommandTag,
        _ completion: IMAPCompletion = .no("Authentication failed", code: .authenticationFailed)
    ) -> IMAPAction {
        failedLogins += 1
        guard failedLogins >= limits.failedLoginsMax else { return endLogin(completion, tag) }
        return close {
            $0.completion(completion, tag: tag, name: "LOGIN")
            $0.bye("Too many failed logins")
        }
    }

    /// Who guesses too much is sent away.
    private mutating func lockOut(_ text: String, _ tag: CommandTag) -> IMAPAction {
        close {
            $0.completion(.no(text, code: .unavailable), tag: tag, name: "LOGIN")
            $0.bye("Too many failed logins")
        }
    }

    /// Not the client's fault: not counted against it.
    private mutating func failLogin(_ failure: IMAPLoginFailure, _ tag: CommandTag) -> IMAPAction {
        let code: ResponseCode = failure == .temporary ? .unavailable : .contactAdmin
        return endLogin(.no("Login is not possible now", code: code), tag)
    }

    private mutating func endLogin(_ completion: IMAPCompletion, _ tag: CommandTag) -> IMAPAction {
        activity = .commands
        loginTag = nil
        return complete(completion, tag, name: "LOGIN")
    }
}
