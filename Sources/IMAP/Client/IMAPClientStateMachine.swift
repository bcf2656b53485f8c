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
        /// → idling, closed
        case ready
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
                case .handshaking, .derivingKeys: return nil
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
        case .ready, .idling: return try receiveReady(response)
        case .handshaking, .derivingKeys, .closed: return nil
        }
    }

    private mutating func note(_ status: IMAPServerStatus) {
        if case .capability(let names)? = status.code { capabilities = IMAPClientCapabilities(names) }
    }

    // MARK: Commands

    /// Puts a command behind those that were sent; after `ready` only.
    package mutating func send(_ command: IMAPClientCommand) {
        switch state {
        case .ready, .idling: waiting.append(command)
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
        sendTagged(command.line(capabilities))
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
            guard current == .idle, case .ready = state else { throw .notUnderstood }
            state = .idling
            return .idling
        case .other, .capability, .bye: return nil
        case .preauth: throw .notUnderstood
        case .status, .list, .messages, .search, .exists, .expunged, .vanished, .fetch: return .response(response)
        }
    }

    mutating func sendTagged(_ line: [UInt8]) {
        tagNumber &+= 1
        tag = Array("p\(tagNumber)".utf8)
        output.writeBytes(tag)
        output.writeStaticString(" ")
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
