package import NIOCore
internal import SASL

/// The client's side of one IMAP connection: RFC 9051 and RFC 3501.
///
/// **How it is driven.** The driver keeps the input that was not taken yet and calls `receive` with it until that returns
/// nil; then it writes what `takeOutput` gives, and reads more. Each call returns one thing to do or to know
/// (`IMAPClientAction`). After `ready` commands go in by `send`, one after the other: each leaves when the one before is
/// done. A message's octets come in pieces; nothing here holds more of it than the driver gave. Nothing waits, reads a
/// clock or knows a socket; what goes wrong with the connection the driver tells by `end`.
///
/// **The login.** A password goes by the best mechanism that both sides have, by LOGIN where there is none, and never in
/// the clear unless the configuration allows it. What came before TLS is forgotten, octets that stand behind STARTTLS's
/// response end the session, and so does a greeting that says we are logged in where TLS is still to come.
package struct IMAPClientStateMachine: Sendable {
    enum State: Sendable {
        /// → capabilities, startTLS, authenticating, login, ready, closed
        case greeting
        /// → startTLS, authenticating, login, closed
        case capabilities(Stage)
        /// → handshaking, closed
        case startTLS
        /// → capabilities, closed
        case handshaking
        /// → derivingKeys, ready, capabilities, closed
        case authenticating(Login)
        /// → authenticating, closed
        case derivingKeys(Login)
        /// → ready, capabilities, closed
        case login
        /// → sending, idling, closed
        case ready
        /// The server is to say that it takes what the command's rest begins with. → ready, supplying, closed
        case sending(rest: ArraySlice<IMAPCommandPiece>)
        /// The driver gives a message's octets. → ready, sending, closed
        case supplying(left: Int64, rest: ArraySlice<IMAPCommandPiece>)
        /// → ready, closed
        case idling
        case closed
    }

    /// What the list of capabilities is wanted for.
    enum Stage: Sendable {
        case beforeLogin
        case afterLogin
    }

    /// A login under way.
    struct Login: Sendable {
        var client: SASLClient
        /// An initial response that the server takes only when it has asked.
        var heldResponse: [UInt8]?
        var challenges = 0
    }

    var state = State.greeting
    var output = ByteBuffer()
    var channel = SASLChannel.clear
    private var framer: IMAPResponseFramer
    private var tagNumber = 0
    /// Of the command under way.
    private(set) var tag: [UInt8] = []
    private var current: IMAPClientCommand?
    private var waiting: [IMAPClientCommand] = []

    /// What the machine is to do.
    package let configuration: IMAPClientConfiguration
    /// What the server announced last.
    package internal(set) var capabilities = IMAPClientCapabilities()

    /// For a connection that is open.
    package init(_ configuration: IMAPClientConfiguration) {
        self.configuration = configuration
        framer = IMAPResponseFramer(limits: configuration.limits)
    }

    /// Takes one step; nil when it needs more input, or waits for the driver.
    package mutating func receive(_ input: inout ByteBuffer) -> IMAPClientAction? {
        do throws(IMAPClientFailure) {
            while true {
                switch state {
                case .closed:
                    input.moveReaderIndex(to: input.writerIndex)
                    return nil
                case .handshaking, .derivingKeys, .supplying: return nil
                default: break
                }
                guard let piece = try framer.next(&input) else { return nil }
                switch piece {
                case .messageBegins(let octets): return .messageBegins(octets: octets)
                case .octets(let octets): return .octets(octets)
                case .response(let octets):
                    let response = try IMAPResponseParser.parse(octets, configuration.limits)
                    if let action = try obey(response, input) { return action }
                }
            }
        } catch {
            return close(error)
        }
    }

    private mutating func obey(
        _ response: IMAPServerResponse, _ input: ByteBuffer
    ) throws(IMAPClientFailure) -> IMAPClientAction? {
        switch response {
        case .capability(let names): capabilities = IMAPClientCapabilities(names)
        case .status(let status), .preauth(let status): note(status)
        case .tagged(_, let status): note(status)
        case .bye(let status) where current != .logout: throw .closedByServer(status)
        default: break
        }
        switch state {
        case .greeting: return try receiveGreeting(response)
        case .capabilities(let stage): return try receiveCapabilities(response, stage)
        case .startTLS: return try receiveStartTLS(response, input)
        case .authenticating(let login): return try receiveAuthentication(response, login)
        case .login: return try receiveLogin(response)
        case .ready, .sending, .idling: return try receiveReady(response)
        case .handshaking, .derivingKeys, .supplying, .closed: return nil
        }
    }

    private mutating func note(_ status: IMAPServerStatus) {
        if case .capability(let names)? = status.code { capabilities = IMAPClientCapabilities(names) }
    }

    // MARK: Commands

    /// Puts a command behind those that were sent; after `ready` only.
    package mutating func send(_ command: IMAPClientCommand) {
        switch state {
        case .ready, .sending, .supplying, .idling: waiting.append(command)
        default: return
        }
        sendWaiting()
    }

    /// Ends IDLE (RFC 2177 §3); its `done` follows.
    package mutating func endIdle() {
        guard case .idling = state else { return }
        output.writeStaticString("DONE\r\n")
        state = .ready
    }

    private mutating func sendWaiting() {
        guard current == nil, !waiting.isEmpty, case .ready = state else { return }
        let command = waiting.removeFirst()
        current = command
        startTag()
        write(command.pieces(capabilities)[...])
    }

    /// Writes up to what the server has to consent to.
    private mutating func write(_ pieces: ArraySlice<IMAPCommandPiece>) {
        var rest = pieces
        while let piece = rest.first {
            switch piece {
            case .text(let octets): output.writeBytes(octets)
            case .literal(let octets) where capabilities.hasUnasked && octets.count <= Self.unaskedOctetsMax:
                output.writeString("{\(octets.count)+}\r\n")
                output.writeBytes(octets)
            case .literal(let octets):
                output.writeString("{\(octets.count)}\r\n")
                state = .sending(rest: rest)
                return
            case .message(let octets):
                output.writeString("{\(octets)}\r\n")
                state = .sending(rest: rest)
                return
            }
            rest = rest.dropFirst()
        }
        output.writeStaticString("\r\n")
        state = .ready
    }

    /// RFC 7888 §5, LITERAL-.
    private static let unaskedOctetsMax = 4096

    /// The server takes what it was asked to take.
    private mutating func goOn(with rest: ArraySlice<IMAPCommandPiece>) -> IMAPClientAction? {
        switch rest.first {
        case .literal(let octets):
            output.writeBytes(octets)
            write(rest.dropFirst())
            return nil
        case .message(let octets):
            state = .supplying(left: octets, rest: rest.dropFirst())
            if octets == 0 { sendMessage(ByteBuffer()) }
            return octets == 0 ? nil : .messageWanted(octets: octets)
        case .text, nil: return nil
        }
    }

    /// The next octets of the message that `messageWanted` asked for; the command goes on with the last one.
    package mutating func sendMessage(_ octets: ByteBuffer) {
        guard case .supplying(let left, let rest) = state else { return }
        precondition(octets.readableBytes <= left, "more octets than the command announced")
        output.writeImmutableBuffer(octets)
        state = .supplying(left: left - Int64(octets.readableBytes), rest: rest)
        if left == Int64(octets.readableBytes) { write(rest) }
    }

    private mutating func receiveReady(
        _ response: IMAPServerResponse
    ) throws(IMAPClientFailure) -> IMAPClientAction? {
        switch response {
        case .tagged(let answered, let status):
            guard answered == tag, let command = current else { throw .notUnderstood }
            current = nil
            if command == .logout { return close(nil) }
            state = .ready
            sendWaiting()
            return .done(command, status)
        case .continuation:
            if case .sending(let rest) = state { return goOn(with: rest) }
            guard current == .idle, case .ready = state else { throw .notUnderstood }
            state = .idling
            return .idling
        case .other, .capability, .bye: return nil
        case .preauth: throw .notUnderstood
        case .status, .list, .mailboxStatus, .search, .exists, .expunged, .vanished, .fetch: return .response(response)
        }
    }

    private mutating func startTag() {
        tagNumber &+= 1
        tag = Array("p\(tagNumber)".utf8)
        output.writeBytes(tag)
        output.writeStaticString(" ")
    }

    mutating func sendTagged(_ line: [UInt8]) {
        startTag()
        output.writeBytes(line)
        output.writeStaticString("\r\n")
    }

    // MARK: The driver

    /// What to write now; empty when there is nothing.
    package mutating func takeOutput() -> ByteBuffer {
        defer { output = ByteBuffer() }
        return output
    }

    /// The connection is lost, a time limit has passed, or the driver wants to stop; nil when the session was over before.
    package mutating func end() -> IMAPClientAction? {
        if case .closed = state { return nil }
        return close(.connectionLost)
    }

    /// Whether nothing more is read or written.
    package var isOver: Bool {
        if case .closed = state { true } else { false }
    }

    mutating func close(_ failure: IMAPClientFailure?) -> IMAPClientAction {
        state = .closed
        waiting = []
        return .ended(failure)
    }
}
