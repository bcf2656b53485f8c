internal import NIOCore
package import SASL

/// From the greeting to a session that is ready.
extension SMTPClientStateMachine {
    mutating func receiveGreeting(_ reply: SMTPReply) -> SMTPClientAction? {
        greeting = reply
        guard reply.code == 220 else { return refused(reply, at: .greeting) }
        sayHello(.extended)
        return nil
    }

    private mutating func sayHello(_ hello: SMTPClientState.Hello) {
        switch (hello, configuration.dialect) {
        case (_, .lmtp): send("LHLO \(configuration.name)")
        case (.extended, .smtp): send("EHLO \(configuration.name)")
        case (.plain, .smtp): send("HELO \(configuration.name)")
        }
        state = .hello(hello)
    }

    mutating func receiveHello(_ reply: SMTPReply, _ hello: SMTPClientState.Hello) -> SMTPClientAction? {
        if (200..<300).contains(reply.code) {
            capabilities = hello == .extended ? SMTPCapabilities(reply) : SMTPCapabilities()
            return secure()
        }
        // RFC 5321 §3.2: a server that does not know EHLO; it says so with 500 or 502, and some with 550.
        if reply.isPermanentFailure, hello == .extended, configuration.dialect == .smtp {
            sayHello(.plain)
            return nil
        }
        return refused(reply, at: .hello)
    }

    private mutating func secure() -> SMTPClientAction? {
        guard channel == .clear else { return logIn() }
        switch configuration.tls {
        case .never, .implicit: return logIn()
        case .whenOffered where startTLSRefusal != nil || !capabilities.extensions.contains(.startTLS):
            return logIn()
        case .required where !capabilities.extensions.contains(.startTLS):
            return giveUp(.tlsNotOffered)
        case .whenOffered, .required:
            send("STARTTLS")
            state = .startTLS
            return nil
        }
    }

    mutating func receiveStartTLS(_ reply: SMTPReply, _ input: ByteBuffer) -> SMTPClientAction? {
        if reply.code == 220 {
            guard input.readableBytes == 0 else { return close(.octetsBeforeTLS) }
            state = .handshaking
            return .startTLS
        }
        if reply.closesConnection || reply.code < 400 { return refused(reply, at: .startTLS) }
        guard configuration.tls == .whenOffered else { return giveUp(.tlsRefused(reply)) }
        startTLSRefusal = reply
        return logIn()
    }

    /// The handshake is done: after `.startTLS`, or before anything else where TLS is implicit.
    package mutating func tlsEstablished(_ bindings: TLSChannelBindings) {
        channel = .tls(bindings)
        record(.event("TLS"))
        switch state {
        case .handshaking:
            capabilities = SMTPCapabilities()
            sayHello(.extended)
        case .greeting where configuration.tls == .implicit:
            break
        default:
            preconditionFailure("no handshake was asked for")
        }
    }

    // MARK: The login

    private mutating func logIn() -> SMTPClientAction? {
        guard let credentials = configuration.credentials else { return becomeReady() }
        guard let mechanism = SASLMechanism.choose(offered: capabilities.mechanisms, channel: channel) else {
            return giveUp(.noMechanism(offered: capabilities.mechanisms))
        }
        let context = SASLClientContext(
            credentials: credentials, bindings: channelBindings, nonce: configuration.nonce)
        var client = SASLClient(mechanism: mechanism, context: context)
        let command = "AUTH \(mechanism.rawValue)"
        switch client.start() {
        case .awaitChallenge:
            send(command)
            state = .authenticating(SMTPClientState.Login(client: client))
        case .respond(let response):
            let text = SMTPClientStateMachine.base64(response)
            // RFC 4954 §4: what does not fit a command's line waits for the empty challenge.
            if text.utf8.count + command.utf8.count + 3 > 512 {
                send(command)
                state = .authenticating(SMTPClientState.Login(client: client, heldResponse: response))
            } else {
                send("\(command) \(text.isEmpty ? "=" : text)", shownAs: "\(command) ****")
                state = .authenticating(SMTPClientState.Login(client: client))
            }
        case .derive: return giveUp(.loginGivenUp(.outOfTurn))
        case .failure(let failure): return giveUp(.loginGivenUp(failure))
        }
        return nil
    }

    private var channelBindings: TLSChannelBindings {
        if case .tls(let bindings) = channel { bindings } else { TLSChannelBindings() }
    }

    mutating func receiveAuthentication(
        _ reply: SMTPReply, _ login: SMTPClientState.Login
    ) -> SMTPClientAction? {
        var login = login
        switch reply.code {
        case 334:
            if let response = login.heldResponse {
                login.heldResponse = nil
                return answer(.respond(response), login)
            }
            guard let challenge = SASLBase64.decode(Array(reply.texts.joined().utf8)) else {
                return answer(.failure(.malformed), login)
            }
            return answer(login.client.receive(challenge), login)
        case 200..<300:
            if let failure = login.client.succeed() { return giveUp(.loginGivenUp(failure)) }
            loginMechanism = login.client.mechanism
            return becomeReady()
        case 421: return close(.serviceClosing(reply, at: .authentication))
        case 400...: return giveUp(.loginRefused(reply))
        default: return giveUp(.unexpectedReply(reply, at: .authentication))
        }
    }

    /// The keys that `.deriveKeys` asked for.
    package mutating func provide(_ keys: SCRAMKeys) -> SMTPClientAction? {
        guard case .derivingKeys(var login) = state else {
            // The session may have ended meanwhile.
            guard case .closed = state else { preconditionFailure("no keys were asked for") }
            return nil
        }
        return answer(login.client.provide(keys), login)
    }

    private mutating func answer(_ step: SASLClientStep, _ login: SMTPClientState.Login) -> SMTPClientAction? {
        switch step {
        case .respond(let response):
            send(SMTPClientStateMachine.base64(response), shownAs: "****")
            state = .authenticating(login)
            return nil
        case .derive(let derivation):
            state = .derivingKeys(login)
            return .deriveKeys(derivation)
        case .failure(let failure):
            send("*")
            state = .cancellingLogin(failure)
            return nil
        case .awaitChallenge:
            return giveUp(.loginGivenUp(.outOfTurn))
        }
    }

    private mutating func becomeReady() -> SMTPClientAction? {
        state = .ready
        return .ready
    }

    private static func base64(_ octets: [UInt8]) -> String {
        String(decoding: SASLBase64.encode(octets), as: UTF8.self)
    }
}
