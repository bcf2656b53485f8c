package import NIOCore
package import SASL

/// POP3, the server's side (RFC 1939), without I/O, clock or randomness.
///
/// `receive` gives one action at a time; after `ask` the session's `answer` gives the next, and until then `receive`
/// gives nothing. A connection that is lost is just dropped: nothing is deleted unless QUIT led to `commit`.
///
/// APOP is not offered: it needs the password itself on the server, and MD5. SCRAM does what it was for.
package struct POP3ServerStateMachine: Sendable {
    /// RFC 1939 §3's states; an open exchange is part of AUTHORIZATION.
    enum State: Sendable {
        /// → authorization, exchange, transaction, over
        case authorization(userName: [UInt8]?)
        /// → authorization, transaction, over
        case exchange(SASLServer)
        /// → update, over
        case transaction(Transaction)
        /// → over
        case update(Transaction)
        case over
    }

    /// The question that the session has not answered.
    enum Awaited: Hashable, Sendable {
        case credentials
        case refusal
        case password(SASLIdentity)
        case maildrop
        case message(index: Int, lines: Int?)
        case commit
    }

    let configuration: POP3Configuration
    let limits: POP3Limits
    let decoySecret: SecretBytes
    var nonces: SASLNonceSource
    var framing: CommandFraming
    var state = State.authorization(userName: nil)
    var awaited: Awaited?
    var tls: POP3TLS
    var bindings: TLSChannelBindings
    var encoding = POP3Encoding.ascii
    var failedLogins = 0
    var badCommands = 0

    /// A connection just made; where TLS came first, `tls` is `active` and `bindings` are its.
    package init(
        configuration: POP3Configuration, limits: POP3Limits = POP3Limits(), tls: POP3TLS,
        bindings: TLSChannelBindings = TLSChannelBindings(), nonces: SASLNonceSource, decoySecret: SecretBytes
    ) {
        self.configuration = configuration
        self.limits = limits
        self.tls = tls
        self.bindings = bindings
        self.nonces = nonces
        self.decoySecret = decoySecret
        framing = CommandFraming(limits: limits)
    }

    /// The first line; without `<`, which would offer APOP (RFC 1939 §7).
    package var greeting: POP3Reply { .ok("\(configuration.implementation) POP3 server ready") }

    /// How long the client may be silent now. The driver closes without a word then (RFC 1939 §3).
    package var readTimeoutSeconds: Int {
        switch state {
        case .authorization, .exchange, .over: limits.loginTimeoutSeconds
        case .transaction, .update: limits.transactionTimeoutSeconds
        }
    }

    /// The next action, or nil where the machine needs more input or an answer.
    package mutating func receive(_ input: inout ByteBuffer) -> POP3Action? {
        guard awaited == nil else { return nil }
        if case .over = state { return nil }
        var isAuthenticating = false
        if case .exchange = state { isAuthenticating = true }
        guard let frame = framing.next(in: &input, isAuthenticating: isAuthenticating) else { return nil }
        switch frame {
        case .line(let line):
            let action = isAuthenticating ? receiveResponse(line) : receiveCommand(line)
            if case .startTLS = action { input.clear() }
            return action
        case .overlong:
            if isAuthenticating { state = .authorization(userName: nil) }
            return refuse("Line too long")
        case .flood:
            return close(.error("Line far too long"))
        }
    }

    /// The handshake is done. What the client said before is forgotten (RFC 2595 §4).
    package mutating func tlsEstablished(bindings: TLSChannelBindings) {
        tls = .active
        self.bindings = bindings
        framing.reset()
        state = .authorization(userName: nil)
    }

    private mutating func receiveCommand(_ line: [UInt8]) -> POP3Action {
        do throws(POP3SyntaxError) {
            let command = try POP3Parser.parse(line)
            switch state {
            case .authorization(let userName): return authorize(command, userName: userName)
            case .transaction: return transact(command)
            case .exchange, .update, .over: return refuse("Not now")
            }
        } catch {
            return refuse(error.text)
        }
    }

    // MARK: Replies that count

    /// For a command carried out.
    mutating func send(_ reply: POP3Reply) -> POP3Action {
        badCommands = 0
        return .send(reply)
    }

    /// For a command that cannot be carried out; too many in a row end the connection.
    mutating func refuse(_ text: String, code: POP3Reply.Code? = nil) -> POP3Action {
        badCommands += 1
        guard badCommands < limits.badCommandsMax else { return close(.error("Too many bad commands")) }
        return .send(.error(text, code: code))
    }

    /// For a login that failed by the client's fault; too many end the connection.
    mutating func refuseLogin(_ text: String) -> POP3Action {
        failedLogins += 1
        state = .authorization(userName: nil)
        let reply = POP3Reply.error(text, code: .authentication)
        return failedLogins < limits.failedLoginsMax ? .send(reply) : close(reply)
    }

    mutating func close(_ reply: POP3Reply) -> POP3Action {
        state = .over
        return .close(reply)
    }

    mutating func ask(_ question: POP3Question, awaiting answer: Awaited) -> POP3Action {
        badCommands = 0
        awaited = answer
        return .ask(question)
    }
}

extension POP3ServerStateMachine: CustomStringConvertible {
    /// The state's name: the machine holds names, keys and nonces.
    package var description: String {
        switch state {
        case .authorization, .exchange: "<POP3 server, authorization>"
        case .transaction: "<POP3 server, transaction>"
        case .update: "<POP3 server, update>"
        case .over: "<POP3 server, over>"
        }
    }
}
