internal import MailCore
internal import NIOCore
internal import SASL

/// AUTH (RFC 4954 §4).
extension SMTPServerStateMachine {
    /// The mechanisms that can be used on the connection as it is, the best first; those with channel binding only where
    /// TLS gives one (RFC 5802 §6).
    var mechanisms: [SASLMechanism] {
        guard configuration.takesLogins(channelSecurity) else { return [] }
        return SASLMechanism.available(with: bindings)
    }

    /// What EHLO says of them: nothing to a client that has logged in, which cannot do so again.
    var announcedMechanisms: [SASLMechanism] { login == .done ? [] : mechanisms }

    mutating func authenticate(_ request: SMTPCommand.SASLRequest) -> SMTPServerAction {
        guard configuration.logins != .none else { return protocolError(.noAuthentication) }
        guard login == .none else { return protocolError(.alreadyLoggedIn) }
        switch state {
        case .ready: break
        case .transaction, .chunking, .chunksRefused: return protocolError(.loginWithinTransaction)
        default: return protocolError(helloFirst)
        }
        // Who greets with HELO was told of no mechanism.
        guard dialect != .smtp else { return protocolError(helloFirst) }
        guard configuration.takesLogins(channelSecurity) else { return protocolError(.loginNeedsTLS) }
        guard let mechanism = SASLMechanism(name: request.mechanism), mechanisms.contains(mechanism) else {
            return protocolError(.unknownMechanism)
        }
        var initialResponse: [UInt8]?
        if let text = request.initialResponse {
            // `=` stands for an empty one (RFC 4954 §4).
            guard let decoded = text == [UInt8(ascii: "=")] ? [] : SASLBase64.decode(text) else {
                return protocolError(.undecodableResponse)
            }
            initialResponse = decoded
        }
        var context = SASLServerContext(bindings: bindings, nonce: nonces.next(), decoySecret: decoySecret)
        context.decoyIterations = configuration.decoyIterations
        var exchange = SASLServer(mechanism: mechanism, context: context)
        let step = exchange.start(initialResponse: initialResponse)
        return follow(step, of: exchange)
    }

    /// A line within an exchange.
    mutating func receiveResponse(_ input: inout ByteBuffer, _ pending: SASLServer) -> SMTPServerAction? {
        guard let event = framer.next(&input) else { return nil }
        endExchange()
        switch event {
        case .fault(.tooLong): return protocolError(.responseTooLong)
        case .fault(let fault): return protocolError(.lineFault(fault))
        case .line([UInt8(ascii: "*")]): return .send(.loginCancelled)
        case .line(let line):
            guard let response = SASLBase64.decode(line) else { return protocolError(.undecodableResponse) }
            var exchange = pending
            let step = exchange.receive(response)
            return follow(step, of: exchange)
        }
    }

    /// The answer to `credentials`.
    package mutating func answer(credentials: CredentialsAnswer) -> SMTPServerAction {
        guard case .asking(.credentials(var exchange)) = state else {
            preconditionFailure("no credentials were asked for")
        }
        switch credentials {
        case .found(let found):
            let step = exchange.provide(found)
            return follow(step, of: exchange)
        case .none:
            let step = exchange.provide(nil)
            return follow(step, of: exchange)
        case .refused(let reply):
            return refusedLogin(reply)
        }
    }

    private mutating func follow(_ step: SASLStep, of exchange: SASLServer) -> SMTPServerAction {
        switch step {
        case .challenge(let challenge):
            state = .exchange(exchange)
            framer.expected = .response
            return .send(.challenge(SASLBase64.encode(challenge)))
        case .needCredentials(let userName): return ask(.credentials(userName: userName), .credentials(exchange))
        case .verifyPassword(let claim): return ask(.login(.password(claim)), .login)
        case .success(let identity): return ask(.login(.proven(identity)), .login)
        case .failure(.malformed), .failure(.tooLong), .failure(.extensionNotSupported), .failure(.outOfTurn):
            endExchange()
            return protocolError(.malformedResponse)
        case .failure(let failure): return ask(.login(.failed(failure)), .login)
        }
    }

    private mutating func endExchange() {
        state = .ready(SMTPServerState.Ready())
        framer.expected = .command
    }

    /// Too many of those that were the client's fault end the connection.
    mutating func refusedLogin(_ reply: SMTPReply) -> SMTPServerAction {
        endExchange()
        if reply.closesConnection { return close(reply) }
        if reply.isPermanentFailure { failedLogins += 1 }
        guard failedLogins < configuration.limits.failedLoginsMax else { return close(.tooManyFailedLogins) }
        return .send(reply)
    }

    /// MAIL from somebody who has not logged in (RFC 4954 §6, RFC 6409 §4.3): what is pipelined behind it is no fault.
    mutating func loginFirst() -> SMTPServerAction {
        state = .ready(SMTPServerState.Ready(lastMail: .refused))
        let reply: SMTPReply = configuration.takesLogins(channelSecurity) ? .loginRequired : .tlsRequired
        return protocolError(reply)
    }
}
