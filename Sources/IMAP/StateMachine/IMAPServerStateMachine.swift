package import NIOCore
package import SASL

/// IMAP, the server's side (RFC 9051, RFC 3501), without I/O, clock or randomness.
///
/// `receive` gives one action at a time; after `ask` the session's `answer` gives the next, and until then `receive`
/// gives nothing: commands are carried out one after the other, in their order, however many are pipelined. The machine
/// frames and parses, knows which command is legal when, logs in, takes a message's octets through, and writes what needs
/// nobody's knowledge: continuations, refusals, capabilities, tagged responses. Everything untagged that is about
/// mailboxes the session writes, with an `IMAPResponseWriter` in the machine's `dialect`.
package struct IMAPServerStateMachine: Sendable {
    /// RFC 9051 §3.
    enum Phase: Hashable, Sendable {
        /// → authenticated, over
        case notAuthenticated
        /// → selected, notAuthenticated (UNAUTHENTICATE), over
        case authenticated
        /// → authenticated, notAuthenticated (UNAUTHENTICATE), over
        case selected(MailboxAccess)
        case over
    }

    /// What the input means.
    enum Activity: Sendable {
        /// A command. → exchange, idling, appending, draining, handshaking
        case commands
        /// A SASL response. → commands, draining
        case exchange(CommandTag, SASLServer)
        /// DONE. → commands, draining
        case idling(CommandTag)
        /// A message, or the text between two. → commands, draining
        case appending(AppendTransfer)
        /// The rest of a refused command. → commands
        case draining(Refusal)
        /// A handshake. → commands
        case handshaking
    }

    /// What is said when a refused command has gone by.
    struct Refusal: Sendable {
        let tag: CommandTag?
        let completion: IMAPCompletion
        /// The command's, for the usual text.
        var name = "Command"
    }

    /// The question that the session has not answered.
    enum Awaited: Hashable, Sendable {
        case credentials
        case password(SASLIdentity)
        case refusal
        case account
        case command(IMAPCommand, CommandTag)
        case appendPart
        case appendEnd(CommandTag, name: String)
        case idleEnd(CommandTag)
    }

    let configuration: IMAPConfiguration
    let limits: IMAPLimits
    let offered: IMAPCapabilitySet
    let decoySecret: SecretBytes
    var nonces: SASLNonceSource
    var framer: CommandFramer
    var phase = Phase.notAuthenticated
    var activity = Activity.commands
    var awaited: Awaited?
    /// The tag of the login that is being asked about.
    var loginTag: CommandTag?
    /// What comes next, before any input.
    var following: IMAPAction?
    var tls: IMAPTLS
    var bindings: TLSChannelBindings
    var isCompressing = false
    var failedLogins = 0
    var badCommands = 0

    /// What the client has switched on (RFC 5161, RFC 7162 §3.1).
    package internal(set) var enabled: IMAPCapabilitySet = []

    /// A connection just made; where TLS came first, `tls` is `active` and `bindings` are its.
    package init(
        configuration: IMAPConfiguration, limits: IMAPLimits = IMAPLimits(), tls: IMAPTLS,
        bindings: TLSChannelBindings = TLSChannelBindings(), nonces: SASLNonceSource, decoySecret: SecretBytes
    ) {
        self.configuration = configuration
        self.limits = limits
        offered = configuration.offered
        enabled = configuration.enabledFromTheStart
        self.tls = tls
        self.bindings = bindings
        self.nonces = nonces
        self.decoySecret = decoySecret
        framer = CommandFramer(limits: limits)
    }

    /// The first line.
    package var greeting: ByteBuffer {
        written { $0.greeting(capabilities, "\(configuration.implementation) IMAP server ready") }
    }

    /// How the session writes.
    package var dialect: IMAPDialect { IMAPDialect(enabled: enabled) }

    /// How the selected mailbox was opened; nil where none is.
    package var selectedAccess: MailboxAccess? {
        if case .selected(let access) = phase { access } else { nil }
    }

    /// Whether changes may be told without a command.
    package var isIdling: Bool {
        if case .idling = activity { awaited == nil } else { false }
    }

    /// How long the client may be silent now; then `logOut` ends the connection.
    package var readTimeoutSeconds: Int {
        if case .appending = activity { return limits.literalTimeoutSeconds }
        switch phase {
        case .notAuthenticated, .over: return limits.loginTimeoutSeconds
        case .authenticated, .selected: return limits.sessionTimeoutSeconds
        }
    }

    /// The next action, or nil where the machine needs more input or an answer.
    package mutating func receive(_ input: inout ByteBuffer) -> IMAPAction? {
        if let action = following {
            following = nil
            return action
        }
        while awaited == nil, phase != .over {
            switch activity {
            case .handshaking:
                return nil
            case .exchange(let tag, let exchange):
                guard let event = framer.nextLine(in: &input, octetsMax: limits.authenticationLineOctetsMax) else {
                    return nil
                }
                guard let action = receiveResponse(event, tag, exchange) else { continue }
                return action
            case .commands, .idling, .appending, .draining:
                guard let event = framer.next(in: &input, textOctetsMax: textOctetsMax) else { return nil }
                guard let action = receive(event) else { continue }
                if case .startTLS = action { input.clear() }
                return action
            }
        }
        return nil
    }

    /// The handshake is done, by STARTTLS or before the greeting. What the client said before is forgotten
    /// (RFC 9051 §6.2.1).
    package mutating func tlsEstablished(bindings: TLSChannelBindings) {
        switch activity {
        case .handshaking: tls = .active
        default: precondition(tls == .active, "No handshake was asked for")
        }
        self.bindings = bindings
        framer.reset()
        activity = .commands
    }

    /// Ends the connection from our side: a timeout, a stop, an account that is gone.
    package mutating func logOut(_ text: String, code: ResponseCode? = nil) -> IMAPAction {
        close { $0.bye(text, code: code) }
    }

    /// Ends the connection without a word: the client could not make out where it begins.
    package mutating func abort() -> IMAPAction {
        close { _ in }
    }

    private var textOctetsMax: Int {
        guard phase == .notAuthenticated else { return limits.commandTextOctetsMax }
        // AUTHENTICATE may bring its initial response along.
        return limits.loginTextOctetsMax + limits.authenticationLineOctetsMax
    }

    /// How commands are read now.
    var grammar: IMAPGrammar { IMAPGrammar(capabilities: offered, enabled: enabled, limits: limits) }

    private mutating func receive(_ event: CommandFramer.Event) -> IMAPAction? {
        switch event {
        case .text(let text): return receive(text)
        case .literal(let text, let header): return receive(text, header)
        case .messageOctets(let octets): return .messageOctets(octets)
        case .lastMessageOctets(let octets): return octets.readableBytes > 0 ? .messageOctets(octets) : nil
        case .overlong(let head):
            let tag = tagOfActivity ?? CommandTag(head.prefix { $0 != UInt8(ascii: " ") })
            framer.drain()
            return refuseDrained(.bad("Command too long"), tag)
        case .drained:
            guard case .draining(let refusal) = activity else { preconditionFailure("Nothing was being drained") }
            activity = .commands
            return complete(refusal.completion, refusal.tag, name: refusal.name)
        case .flood:
            return close { $0.bye("Too much data for a refused command") }
        }
    }

    private mutating func receive(_ text: [UInt8]) -> IMAPAction? {
        switch activity {
        case .idling(let tag): return endIdle(text, tag)
        case .appending(let transfer): return receiveLastText(text, transfer)
        default: return receiveCommand(text)
        }
    }

    private mutating func receive(_ text: [UInt8], _ header: LiteralHeader) -> IMAPAction? {
        switch activity {
        case .idling(let tag):
            framer.drain(header)
            return refuseDrained(.bad("DONE was expected"), tag)
        case .appending(let transfer): return receiveText(text, header, transfer)
        default: return receiveLiteral(text, header)
        }
    }

    private mutating func receiveCommand(_ text: [UInt8]) -> IMAPAction? {
        var parser = IMAPParser(text, grammar: grammar)
        guard let tag = parser.tag() else { return complete(.bad("Invalid tag"), nil, name: "") }
        do throws(IMAPSyntaxError) {
            if let append = AppendGrammar(&parser) { return try beginAppend(append, tag, &parser) }
            return obey(try parser.command(), tag)
        } catch {
            return complete(error.completion, tag, name: "")
        }
    }

    /// What an error is answered to: the command that is under way.
    private var tagOfActivity: CommandTag? {
        switch activity {
        case .idling(let tag), .exchange(let tag, _): tag
        case .appending(let transfer): transfer.tag
        case .draining(let refusal): refusal.tag
        case .commands, .handshaking: nil
        }
    }
}

// MARK: What is said

extension IMAPServerStateMachine {
    /// What the closure writes, in the dialect.
    func written(_ write: (inout IMAPResponseWriter) -> Void) -> ByteBuffer {
        var writer = IMAPResponseWriter(dialect: dialect)
        write(&writer)
        return writer.take()
    }

    /// The tagged response. Too many BAD in a row end the connection.
    mutating func complete(_ completion: IMAPCompletion, _ tag: CommandTag?, name: String) -> IMAPAction {
        let response = written { $0.completion(completion, tag: tag, name: name) }
        guard completion.condition == .bad else {
            badCommands = 0
            return .send(response)
        }
        badCommands += 1
        guard badCommands >= limits.badCommandsMax else { return .send(response) }
        return close {
            $0.write(response)
            $0.bye("Too many bad commands")
        }
    }

    /// The completion is said when the rest of the command has gone by.
    mutating func refuseDrained(_ completion: IMAPCompletion, _ tag: CommandTag?) -> IMAPAction? {
        var refusal = Refusal(tag: tag, completion: completion)
        var hasPlace = false
        if case .appending(let transfer) = activity {
            refusal.name = transfer.grammar.name
            hasPlace = transfer.hasPlace
        }
        activity = .draining(refusal)
        return hasPlace ? .abandonMessages : nil
    }

    mutating func close(_ write: (inout IMAPResponseWriter) -> Void) -> IMAPAction {
        let farewell = written(write)
        phase = .over
        activity = .commands
        awaited = nil
        following = nil
        return .close(farewell)
    }

    mutating func ask(_ question: IMAPQuestion, awaiting answer: Awaited) -> IMAPAction {
        awaited = answer
        return .ask(question)
    }
}

extension IMAPSyntaxError {
    /// The reply. A literal that is awaited where the command has ended is one that nobody announced.
    var completion: IMAPCompletion {
        switch self {
        case .refused(let completion): completion
        case .literalAwaited: .bad("Invalid literal")
        }
    }
}

extension IMAPServerStateMachine: CustomStringConvertible {
    /// The state's name: the machine holds names, keys and nonces.
    package var description: String {
        switch phase {
        case .notAuthenticated: "<IMAP server, not authenticated>"
        case .authenticated: "<IMAP server, authenticated>"
        case .selected: "<IMAP server, selected>"
        case .over: "<IMAP server, over>"
        }
    }
}
