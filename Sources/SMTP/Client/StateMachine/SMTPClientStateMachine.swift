internal import DotStuffing
package import NIOCore
package import SASL

/// The client's side of one connection that carries messages one after the other: RFC 5321, its extensions, and RFC 2033.
///
/// **How it is driven.** The driver keeps the input that was not taken yet and calls `receive` with it until that
/// returns nil; then it writes what `takeOutput` gives, and reads more. Each call takes one reply at most and returns
/// what there is to do (`SMTPClientAction`). Once `ready`, `begin` opens a transaction. After `sendMessage` the driver
/// gives the message piece by piece to `send` and writes what comes out, then calls `endMessage`, and `messageWritten`
/// when the last octet has left. Nothing here waits, reads a clock or knows a socket; time limits are the driver's, by
/// `readTimeoutSeconds`, and whatever goes wrong with the connection it tells by `end`.
///
/// **Pipelining** (RFC 2920). Where the server can, RSET, MAIL, all RCPT and DATA go out together; where it cannot, one
/// after the other. Both ways replies are matched by counting steps (`OutgoingTransaction`). A server that asks for the
/// message after all recipients were refused gets an empty one (RFC 2920 §3.1).
///
/// **Outcomes** are per recipient. A refusal of MAIL is everybody's; a refusal of DATA or of the message is that of all
/// who were accepted; 421 is that of all who have nothing final yet. When the session breaks, what counts is whether the
/// message's last octet had left: before, trying again is safe, behind it is not (`RecipientOutcome.DataSent`).
///
/// **RSET** is not sent when a transaction fails, but with the next one's MAIL: that costs no round trip.
///
/// **TLS.** What the server announced before the handshake is forgotten (RFC 3207 §4.2), and octets that came with
/// STARTTLS's reply end the session.
package struct SMTPClientStateMachine: Sendable {
    var state = SMTPClientState.greeting
    var output = ByteBuffer()
    var transactionsBegun = 0
    /// Whether the server holds a transaction that failed.
    var pendingReset = PendingReset.none
    var channel = SASLChannel.clear
    var startTLSRefusal: SMTPReply?
    /// The message under way, where it goes by DATA.
    var encoder = DotEncoder(bareCR: .converted)
    private var parser: SMTPReplyParser
    private var dialog: [SMTPDialogLine] = []

    enum PendingReset: Hashable {
        case none
        case due
    }

    /// What the machine is to do.
    package let configuration: SMTPClientConfiguration
    /// What the server announced last.
    package internal(set) var capabilities = SMTPCapabilities()
    /// The server's first words.
    package internal(set) var greeting: SMTPReply?
    /// The mechanism of the login, once it succeeded.
    package internal(set) var loginMechanism: SASLMechanism?

    /// For a connection that is open.
    package init(_ configuration: SMTPClientConfiguration) {
        self.configuration = configuration
        parser = SMTPReplyParser(limits: configuration.limits)
    }

    /// Takes one step; nil when it needs more input, or waits for the driver.
    package mutating func receive(_ input: inout ByteBuffer) -> SMTPClientAction? {
        while true {
            switch state {
            case .closed:
                input.moveReaderIndex(to: input.writerIndex)
                return nil
            case .handshaking, .derivingKeys:
                return nil
            default:
                break
            }
            let reply: SMTPReply
            do throws(SMTPReplyError) {
                guard let next = try parser.next(&input) else { return nil }
                reply = next
            } catch {
                return end(.notUnderstood(error))
            }
            record(reply)
            if let action = obey(reply, input) { return action }
        }
    }

    private mutating func obey(_ reply: SMTPReply, _ input: ByteBuffer) -> SMTPClientAction? {
        switch state {
        case .greeting: receiveGreeting(reply)
        case .hello(let hello): receiveHello(reply, hello)
        case .startTLS: receiveStartTLS(reply, input)
        case .authenticating(let login): receiveAuthentication(reply, login)
        case .cancellingLogin(let failure): giveUp(.loginGivenUp(failure))
        case .ready: receiveUnasked(reply)
        case .transaction: receiveInTransaction(reply)
        case .message: receiveEarly(reply)
        case .endOfData: receiveFinal(reply)
        case .quitting: close(nil)
        case .handshaking, .derivingKeys, .closed: nil
        }
    }

    /// What to write now; empty when there is nothing.
    package mutating func takeOutput() -> ByteBuffer {
        defer { output = ByteBuffer() }
        return output
    }

    /// What was said since the last call, where the dialog is recorded.
    package mutating func takeDialog() -> [SMTPDialogLine] {
        defer { dialog = [] }
        return dialog
    }

    /// Says goodbye; the session is over with the answer.
    package mutating func quit() {
        guard case .ready = state else {
            state = .closed
            return
        }
        send("QUIT")
        state = .quitting
    }

    /// The connection is lost, a time limit has passed, or the driver wants to stop. What is under way is concluded; nil
    /// when the session was over before.
    package mutating func end(_ failure: SMTPSessionFailure) -> SMTPClientAction? {
        switch state {
        case .closed: return nil
        case .transaction(var transaction), .message(var transaction), .endOfData(var transaction):
            let isInDoubt =
                if case .endOfData = state { transaction.isWritten && !transaction.accepted.isEmpty } else { false }
            state = .closed
            transaction.conclude(.undecided(failure, isInDoubt ? .inDoubt : .incomplete))
            return finish(transaction)
        case .quitting: return close(nil)
        default: return close(failure)
        }
    }

    /// Where the session stands.
    package var stage: SMTPStage {
        switch state {
        case .greeting: .greeting
        case .hello: .hello
        case .startTLS, .handshaking: .startTLS
        case .authenticating, .derivingKeys, .cancellingLogin: .authentication
        case .ready, .closed: .idle
        case .transaction(let transaction):
            switch transaction.step(transaction.awaitedStep) {
            case .reset: .reset
            case .mail: .mail
            case .recipient: .recipient
            case .data: .data
            }
        case .message: .message
        case .endOfData: .endOfData
        case .quitting: .quit
        }
    }

    /// How long the driver waits for the server now; nil while the server has nothing to do.
    package var readTimeoutSeconds: Int? {
        let limits = configuration.limits
        switch stage {
        case .greeting: return limits.greetingTimeoutSeconds
        case .hello, .startTLS, .reset: return limits.commandTimeoutSeconds
        case .authentication:
            if case .derivingKeys = state { return nil }
            return limits.commandTimeoutSeconds
        case .mail: return limits.mailTimeoutSeconds
        case .recipient: return limits.recipientTimeoutSeconds
        case .data: return limits.dataInitiationTimeoutSeconds
        case .message: return limits.dataBlockTimeoutSeconds
        case .endOfData: return limits.dataTerminationTimeoutSeconds
        case .quit: return limits.quitTimeoutSeconds
        case .idle: return nil
        }
    }

    /// Whether nothing more is read or written.
    package var isOver: Bool {
        if case .closed = state { true } else { false }
    }

    /// Whether `begin` may be called: the session is ready, and the server's MAILMAX is not reached (RFC 9422).
    package var isReusable: Bool {
        guard case .ready = state else { return false }
        return transactionsBegun < capabilities.limits.transactionsMax ?? .max
    }
}

/// Steps that every topic's extension needs.
extension SMTPClientStateMachine {
    /// Writes a command.
    mutating func send(_ line: String) {
        send(line, shownAs: line)
    }

    /// Writes a line of which observers see something else.
    mutating func send(_ line: String, shownAs shown: String) {
        output.writeString(line)
        output.writeStaticString("\r\n")
        if configuration.dialog == .recorded { dialog.append(.client(shown)) }
    }

    mutating func record(_ line: @autoclosure () -> SMTPDialogLine) {
        if configuration.dialog == .recorded { dialog.append(line()) }
    }

    private mutating func record(_ reply: SMTPReply) {
        guard configuration.dialog == .recorded else { return }
        if reply.code == 334 {
            dialog.append(.server("334 ****"))
        } else {
            dialog += reply.description.split(separator: "\n").map { .server(String($0)) }
        }
    }

    /// The session is over, and the server hears it.
    mutating func giveUp(_ failure: SMTPSessionFailure) -> SMTPClientAction? {
        send("QUIT")
        return close(failure)
    }

    /// The session is over.
    mutating func close(_ failure: SMTPSessionFailure?) -> SMTPClientAction? {
        state = .closed
        return .ended(failure)
    }

    /// A refusal of something that the session cannot do without.
    mutating func refused(_ reply: SMTPReply, at stage: SMTPStage) -> SMTPClientAction? {
        if reply.closesConnection { return close(.serviceClosing(reply, at: stage)) }
        return giveUp(reply.code >= 400 ? .refused(reply, at: stage) : .unexpectedReply(reply, at: stage))
    }

    /// Nothing was asked: the server says goodbye, or we do not understand each other.
    private mutating func receiveUnasked(_ reply: SMTPReply) -> SMTPClientAction? {
        close(
            reply.closesConnection
                ? .serviceClosing(reply, at: .idle) : .unexpectedReply(reply, at: .idle))
    }
}
