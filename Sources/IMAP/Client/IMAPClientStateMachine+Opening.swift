internal import NIOCore
package import SASL

/// From the greeting to the login.
extension IMAPClientStateMachine {
    mutating func receiveGreeting(_ response: IMAPServerResponse) throws(IMAPClientFailure) -> IMAPClientAction? {
        switch response {
        case .status(let status):
            guard status.condition == .ok else { throw .closedByServer(status) }
            // What stands in the greeting saves a round trip.
            if case .capability? = status.code { return try goOn() }
            askCapabilities(.beforeLogin)
            return nil
        case .preauth:
            // RFC 9051 §7.1.4: somebody in the middle may say so, to keep us in the clear.
            guard configuration.tls != .required else { throw .tlsNotOffered }
            askCapabilities(.afterLogin)
            return nil
        default: throw .notUnderstood
        }
    }

    private mutating func askCapabilities(_ stage: Stage) {
        sendTagged(Array("CAPABILITY".utf8))
        capabilities = IMAPClientCapabilities()
        state = .capabilities(stage)
    }

    mutating func receiveCapabilities(
        _ response: IMAPServerResponse, _ stage: Stage
    ) throws(IMAPClientFailure) -> IMAPClientAction? {
        guard let status = try completion(response) else { return nil }
        guard status.condition == .ok else { throw .notUnderstood }
        switch stage {
        case .beforeLogin: return try goOn()
        case .afterLogin: return becomeReady()
        }
    }

    /// nil for what does not end the command.
    private func completion(_ response: IMAPServerResponse) throws(IMAPClientFailure) -> IMAPServerStatus? {
        switch response {
        case .tagged(let answered, let status):
            guard answered == tag else { throw .notUnderstood }
            return status
        case .continuation: throw .notUnderstood
        default: return nil
        }
    }

    private mutating func goOn() throws(IMAPClientFailure) -> IMAPClientAction? {
        guard configuration.tls == .required, channel == .clear else { return try logIn() }
        guard capabilities.has("STARTTLS") else { throw .tlsNotOffered }
        sendTagged(Array("STARTTLS".utf8))
        state = .startTLS
        return nil
    }

    // MARK: TLS

    mutating func receiveStartTLS(
        _ response: IMAPServerResponse, _ input: ByteBuffer
    ) throws(IMAPClientFailure) -> IMAPClientAction? {
        guard let status = try completion(response) else { return nil }
        guard status.condition == .ok else { throw .tlsRefused(status) }
        guard input.readableBytes == 0 else { throw .injectedBeforeTLS }
        state = .handshaking
        return .startTLS
    }

    /// The handshake is done, and the server is the right one: after `startTLS`, or before anything else where TLS is
    /// implicit.
    package mutating func tlsEstablished(_ bindings: TLSChannelBindings) {
        channel = .tls(bindings)
        switch state {
        case .handshaking: askCapabilities(.beforeLogin)
        case .greeting where configuration.tls == .implicit: break
        case .closed: break
        default: preconditionFailure("no handshake was asked for")
        }
    }

    // MARK: The login

    private mutating func logIn() throws(IMAPClientFailure) -> IMAPClientAction? {
        let credentials = configuration.credentials
        let chosen = SASLMechanism.choose(
            offered: capabilities.mechanisms, channel: channel, for: credentials.secret)
        guard let mechanism = chosen else {
            guard channel != .clear || configuration.clearTextLogin == .allowed, credentials.secret == .password,
                !capabilities.isLoginDisabled
            else { throw .noCommonMechanism }
            let password = credentials.password.withUnsafeBytes(Array.init)
            guard Self.isPlain(Array(credentials.userName.utf8)), Self.isPlain(password) else {
                throw .loginGivenUp(.unpreparable(.prohibited))
            }
            sendTagged(
                Array("LOGIN ".utf8) + IMAPCommandLine.quoted(Array(credentials.userName.utf8))
                    + [UInt8(ascii: " ")] + IMAPCommandLine.quoted(password))
            state = .login
            return nil
        }
        var bindings = TLSChannelBindings()
        if case .tls(let given) = channel { bindings = given }
        let context = SASLClientContext(credentials: credentials, bindings: bindings, nonce: configuration.nonce)
        var client = SASLClient(mechanism: mechanism, context: context)
        switch client.start() {
        case .awaitChallenge:
            sendTagged(Array("AUTHENTICATE \(mechanism.rawValue)".utf8))
            state = .authenticating(Login(client: client))
        case .respond(let response):
            if capabilities.hasInitialResponse {
                let text = response.isEmpty ? [UInt8(ascii: "=")] : SASLBase64.encode(response)
                sendTagged(Array("AUTHENTICATE \(mechanism.rawValue) ".utf8) + text)
                state = .authenticating(Login(client: client))
            } else {
                sendTagged(Array("AUTHENTICATE \(mechanism.rawValue)".utf8))
                state = .authenticating(Login(client: client, heldResponse: response))
            }
        case .derive: throw .loginGivenUp(.outOfTurn)
        case .failure(let failure): throw .loginGivenUp(failure)
        }
        return nil
    }

    mutating func receiveAuthentication(
        _ response: IMAPServerResponse, _ login: Login
    ) throws(IMAPClientFailure) -> IMAPClientAction? {
        var login = login
        switch response {
        case .continuation(let text):
            guard login.challenges < configuration.limits.challengesMax else { throw .notUnderstood }
            login.challenges += 1
            if let response = login.heldResponse {
                login.heldResponse = nil
                return try answer(.respond(response), login)
            }
            guard let challenge = SASLBase64.decode(text) else { throw .loginGivenUp(.malformed) }
            return try answer(login.client.receive(challenge), login)
        case .tagged(let answered, let status):
            guard answered == tag else { throw .notUnderstood }
            guard status.condition == .ok else { throw .loginRefused(status) }
            if let failure = login.client.succeed() { throw .loginGivenUp(failure) }
            return loggedIn(status)
        default: return nil
        }
    }

    private mutating func answer(
        _ step: SASLClientStep, _ login: Login
    ) throws(IMAPClientFailure) -> IMAPClientAction? {
        switch step {
        case .respond(let response):
            output.writeBytes(SASLBase64.encode(response))
            output.writeStaticString("\r\n")
            state = .authenticating(login)
            return nil
        case .derive(let derivation):
            state = .derivingKeys(login)
            return .deriveKeys(derivation)
        case .awaitChallenge: throw .loginGivenUp(.outOfTurn)
        case .failure(let failure): throw .loginGivenUp(failure)
        }
    }

    /// The keys that `deriveKeys` asked for. What it gives is to be treated like what `receive` gives.
    package mutating func provide(_ keys: SCRAMKeys) -> IMAPClientAction? {
        guard case .derivingKeys(var login) = state else { return nil }
        let step = login.client.provide(keys)
        do throws(IMAPClientFailure) {
            return try answer(step, login)
        } catch {
            return close(error)
        }
    }

    mutating func receiveLogin(_ response: IMAPServerResponse) throws(IMAPClientFailure) -> IMAPClientAction? {
        guard let status = try completion(response) else { return nil }
        guard status.condition == .ok else { throw .loginRefused(status) }
        return loggedIn(status)
    }

    /// What there is after the login is another list (RFC 9051 §6.2.2), which most servers tell with their answer.
    private mutating func loggedIn(_ status: IMAPServerStatus) -> IMAPClientAction? {
        if case .capability? = status.code { return becomeReady() }
        askCapabilities(.afterLogin)
        return nil
    }

    private mutating func becomeReady() -> IMAPClientAction {
        state = .ready
        return .ready
    }

    /// A quoted string can carry it: nothing that ends a line, no octet above ASCII.
    private static func isPlain(_ text: [UInt8]) -> Bool {
        !text.isEmpty && text.allSatisfy { (0x20...0x7E).contains($0) }
    }
}
