internal import MailCore
package import NIOCore

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
/// **Responsibility.** The machine has no reply that accepts a message: the session's answer to `endOfData` is that.
package struct SMTPServerStateMachine: Sendable {
    var state = SMTPServerState.connecting
    /// An action that follows the one returned last, without further input.
    var following: SMTPServerAction?
    var framer: SMTPLineFramer
    var dialect: TransmissionType.Dialect?
    var errors = ErrorCounts()
    var transactions = 0

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

    struct ErrorCounts {
        var protocolErrors = 0
        var refusedRecipients = 0
    }

    /// For a connection just accepted.
    package init(_ configuration: SMTPServerConfiguration) {
        self.configuration = configuration
        self.framer = SMTPLineFramer(lineOctetsMax: configuration.limits.commandLineOctetsMax)
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
        case .turnedAway, .greeted, .ready, .transaction, .chunking, .chunksRefused:
            return receiveLine(&input)
        }
    }

    /// The handshake after `.startTLS` is done. The client has to name itself again (RFC 3207 §4.2).
    package mutating func tlsEstablished() {
        guard case .handshaking = state else { preconditionFailure("no handshake was asked for") }
        channelSecurity = .tls
        helloName = nil
        dialect = nil
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
        return TransmissionType(dialect ?? (configuration.role == .lmtp ? .lmtp : .smtp), features)
    }
}
