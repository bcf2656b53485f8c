internal import MailCore
package import NIOCore
package import SASL

/// The server's side of one connection: RFC 5321, its extensions, and RFC 2033.
///
/// **How it is driven.** The driver keeps the input that was not taken yet and calls `receive` with it until that
/// returns nil; then it reads more. Each call takes at most one step and returns what to do about it
/// (`SMTPServerAction`). The first call asks whether the client may connect at all, before a single octet is looked at.
/// After `.ask` the driver waits for the session, gives the answer to `answer`, does what that returns, and goes on with
/// `receive`. Nothing here waits, reads a clock or knows a socket; time limits are the driver's, by
/// `readTimeoutSeconds`.
///
/// **Which octets are what.** The state decides: in `data` everything up to CRLF.CRLF is message (`DotDecoder`), in
/// `chunk` so many octets as BDAT said, elsewhere command lines (`SMTPLineFramer`). A message that will be refused is
/// still read to its true end, else its octets would be taken for commands. Where that end cannot be known (a chunk
/// size that cannot be read) the connection is closed.
///
/// **Pipelining** (RFC 2920) needs nothing: commands are answered in order. A client that pipelines RCPT and DATA behind
/// a MAIL that is refused is not at fault, so those 503 do not count as protocol errors. Three that do (`SMTPLimits`)
/// end the connection.
///
/// **TLS.** What a client sent behind STARTTLS in the same packet was sent in the clear and is dropped unread; whatever
/// was known of the client is forgotten with it (RFC 3207 §4.2).
///
/// **AUTH** (RFC 4954) is for listeners that take logins: there a client that has not logged in may begin no transaction.
/// The exchange is `SASLServer`'s; whose the credentials are and whether a password is right is asked. One login per
/// connection; STARTTLS forgets it.
///
/// **Responsibility.** The machine has no reply that accepts a message: the session's answer to `endOfData` is that.
package struct SMTPServerStateMachine: Sendable {
    var state = SMTPServerState.connecting
    /// An action that follows the one returned last, without further input.
    var following: SMTPServerAction?
    var framer: SMTPLineFramer
    var dialect: TransmissionType.Dialect?
    var errors = ErrorCounts()
    var transactions = 0
    var failedLogins = 0
    var login = Login.none
    var bindings = TLSChannelBindings()
    var nonces: SASLNonceSource
    let decoySecret: SecretBytes

    /// The listener's settings.
    package let configuration: SMTPServerConfiguration
    /// How the client named itself last; nil before that and after STARTTLS.
    package internal(set) var helloName: HelloName?
    /// Whether TLS protects the connection.
    package internal(set) var channelSecurity: ChannelSecurity
    /// Octets that came before the greeting went out: senders of junk do not wait for it (RFC 5321 §4.3.1).
    package internal(set) var octetsBeforeGreeting = 0
    /// Octets that came behind STARTTLS in the clear and were dropped: an attempt to inject commands, or a broken client.
    package internal(set) var octetsDroppedAtTLS = 0

    /// Seconds since 1970, UTC, as the session last said: for what EHLO announces of FUTURERELEASE alone.
    package var nowSeconds: Int64 = 0

    enum Login: Hashable {
        case none
        /// 235 was sent.
        case done
    }

    struct ErrorCounts {
        var protocolErrors = 0
        var refusedRecipients = 0
    }

    /// For a connection just accepted, on a listener without logins.
    package init(_ configuration: SMTPServerConfiguration) {
        precondition(configuration.logins == .none, "logins need nonces")
        self.init(
            configuration, nonces: SASLNonceSource(seed: SecretBytes([])), decoySecret: SecretBytes([]))
    }

    /// For a connection just accepted.
    ///
    /// - Parameter decoySecret: what unknown users' salts come from; the same for all connections.
    package init(_ configuration: SMTPServerConfiguration, nonces: SASLNonceSource, decoySecret: SecretBytes) {
        self.configuration = configuration
        self.nonces = nonces
        self.decoySecret = decoySecret
        let limits = configuration.limits
        self.framer = SMTPLineFramer(
            lineOctetsMax: limits.commandLineOctetsMax,
            authenticationLineOctetsMax: configuration.logins == .none ? nil : limits.authenticationLineOctetsMax)
        self.channelSecurity = configuration.tlsMode == .implicit ? .tls : .plain
    }

    /// How long the driver waits for octets now; nil while nothing is expected from the client.
    package var readTimeoutSeconds: Int? {
        switch state {
        case .data(let transfer):
            transfer.isBegun
                ? configuration.limits.dataBlockTimeoutSeconds : configuration.limits.dataInitiationTimeoutSeconds
        case .chunk: configuration.limits.dataBlockTimeoutSeconds
        case .asking, .connecting, .closed: nil
        default: configuration.limits.commandTimeoutSeconds
        }
    }

    /// How messages come in now, before what MAIL adds.
    package var transmissionType: TransmissionType { transmissionType(.notNeeded) }

    /// Notes octets that came while the greeting was held back, for a driver that reads then.
    package mutating func noteInputBeforeGreeting(octets: Int) {
        octetsBeforeGreeting += max(octets, 0)
    }

    /// Takes one step; nil when it needs more input (or an answer, or the handshake).
    package mutating func receive(_ input: inout ByteBuffer) -> SMTPServerAction? {
        if let action = following {
            following = nil
            return action
        }
        switch state {
        case .connecting:
            noteInputBeforeGreeting(octets: input.readableBytes)
            return ask(.connected, .connected)
        case .asking, .handshaking:
            return nil
        case .closed:
            input.moveReaderIndex(to: input.writerIndex)
            return nil
        case .data(let transfer):
            return receiveData(&input, transfer)
        case .chunk(let transfer):
            return receiveChunk(&input, transfer)
        case .exchange(let exchange):
            return receiveResponse(&input, exchange)
        case .turnedAway, .greeted, .ready, .transaction, .chunking, .chunksRefused:
            return receiveLine(&input)
        }
    }

    /// The handshake is done: the one after `.startTLS`, or on an implicit listener the one before the first step. The
    /// client has to name itself again, and to log in again (RFC 3207 §4.2).
    package mutating func tlsEstablished(bindings: TLSChannelBindings = TLSChannelBindings()) {
        self.bindings = bindings
        if case .connecting = state, configuration.tlsMode == .implicit { return }
        guard case .handshaking = state else { preconditionFailure("no handshake was asked for") }
        channelSecurity = .tls
        helloName = nil
        dialect = nil
        login = .none
        framer.reset()
        state = .greeted
    }

    private mutating func receiveLine(_ input: inout ByteBuffer) -> SMTPServerAction? {
        guard let event = framer.next(&input) else { return nil }
        switch event {
        case .fault(let fault):
            return protocolError(.lineFault(fault))
        case .line(let line):
            do throws(SMTPCommandError) {
                let command = try SMTPCommandParser.parse(line, configuration.extensions(channelSecurity))
                return obey(command, &input)
            } catch {
                noteRefusal(line)
                return refuse(error)
            }
        }
    }

    /// What is pipelined behind a MAIL or RCPT that cannot be read is no further fault (RFC 2920 §3.1).
    private mutating func noteRefusal(_ line: [UInt8]) {
        switch (state, SMTPVerb(line.prefix(4))) {
        case (.ready, .mail):
            state = .ready(SMTPServerState.Ready(lastMail: .refused))
        case (.transaction(var transaction), .recipient):
            transaction.refused += 1
            state = .transaction(transaction)
        default:
            break
        }
    }

    mutating func refuse(_ error: SMTPCommandError) -> SMTPServerAction {
        switch error.severity {
        case .protocolError: protocolError(error.reply)
        case .refusal: .send(error.reply)
        case .fatal: close(error.reply)
        }
    }
}

extension SMTPServerStateMachine: CustomStringConvertible {
    /// The client's name: an exchange under way holds names and keys.
    package var description: String { "<SMTP server, client \(helloName?.text ?? "unnamed")>" }
}

/// Steps that every topic's extension needs.
extension SMTPServerStateMachine {
    mutating func ask(_ question: SMTPQuestion, _ pending: SMTPServerState.Pending) -> SMTPServerAction {
        state = .asking(pending)
        return .ask(question)
    }

    mutating func close(_ reply: SMTPReply?) -> SMTPServerAction {
        state = .closed
        return .close(reply)
    }

    /// Refuses what the client should not have sent, or closes when it did so too often.
    mutating func protocolError(_ reply: SMTPReply) -> SMTPServerAction {
        errors.protocolErrors += 1
        guard errors.protocolErrors < configuration.limits.protocolErrorsMax else {
            return close(.tooManyErrors(last: reply))
        }
        return .send(reply)
    }

    /// Ends a transaction, then sends.
    mutating func abort(_ next: SMTPServerState, _ action: SMTPServerAction) -> SMTPServerAction {
        state = next
        following = action
        return .abortTransaction
    }

    func transmissionType(_ smtpUTF8: EnvelopeParameters.SMTPUTF8Need) -> TransmissionType {
        var features: TransmissionType.Features = []
        if channelSecurity == .tls { features.insert(.tls) }
        if smtpUTF8 == .needed { features.insert(.utf8) }
        if login == .done { features.insert(.authenticated) }
        return TransmissionType(dialect ?? (configuration.role == .lmtp ? .lmtp : .smtp), features)
    }
}
