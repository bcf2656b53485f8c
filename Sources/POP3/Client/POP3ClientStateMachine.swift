package import NIOCore
internal import SASL

/// The client's side of one POP3 connection: RFC 1939, RFC 2449, RFC 2595 §4, RFC 5034.
///
/// **How it is driven.** The driver keeps the input that was not taken yet and calls `receive` with it until that returns
/// nil; then it writes what `takeOutput` gives, and reads more. Each call returns one thing to do or to know
/// (`POP3ClientAction`). After `ready` commands go in by `send`, any number ahead: they leave together where the server
/// can pipeline (RFC 2449 §6.6), one by one where it cannot, and are answered in their order. A message comes in pieces;
/// nothing here holds more of it than the driver gave. Nothing waits, reads a clock or knows a socket; what goes wrong
/// with the connection the driver tells by `end`.
///
/// **The login.** CAPA says what there is. A password goes by the best mechanism that both sides have, by USER and PASS
/// where there is none, and never in the clear unless the configuration allows it. What came before TLS is forgotten,
/// and octets that stand behind STLS's reply end the session.
package struct POP3ClientStateMachine: Sendable {
    enum State: Sendable {
        /// → capabilities, closed
        case greeting
        /// → startTLS, authenticating, userName, closed
        case capabilities(POP3ClientCapabilities, isListing: Bool)
        /// → handshaking, closed
        case startTLS
        /// → capabilities, closed
        case handshaking
        /// → derivingKeys, ready, closed
        case authenticating(Login)
        /// → authenticating, closed
        case derivingKeys(Login)
        /// → password, closed
        case userName
        /// → ready, closed
        case password
        /// → closed
        case ready(Progress)
        case closed
    }

    /// A login under way.
    struct Login: Sendable {
        var client: SASLClient
        /// An initial response that was too long for the command (RFC 5034 §4).
        var heldResponse: [UInt8]?
        var challenges = 0
    }

    /// How far the reply to the oldest command is.
    enum Progress: Sendable {
        /// Its first line is due.
        case status
        /// Lines of a list.
        case list(lines: Int)
        /// Octets of a message.
        case message(MultilineDecoder, octets: Int64)
    }

    var state: State
    var output = ByteBuffer()
    var channel = SASLChannel.clear
    /// Written, the oldest first.
    private var awaited: [POP3ClientCommand] = []
    /// Not written yet.
    private var waiting: [POP3ClientCommand] = []
    /// Lines of capabilities that came.
    var listed = 0

    /// What the machine is to do.
    package let configuration: POP3ClientConfiguration
    /// What the server announced last.
    package internal(set) var capabilities = POP3ClientCapabilities()

    /// For a connection that is open.
    package init(_ configuration: POP3ClientConfiguration) {
        self.configuration = configuration
        state = .greeting
    }

    /// Takes one step; nil when it needs more input, or waits for the driver.
    package mutating func receive(_ input: inout ByteBuffer) -> POP3ClientAction? {
        while true {
            switch state {
            case .closed:
                input.moveReaderIndex(to: input.writerIndex)
                return nil
            case .handshaking, .derivingKeys:
                return nil
            case .ready(.message(let decoder, let octets)):
                return receiveOctets(&input, decoder, octets)
            default:
                break
            }
            do throws(POP3ClientFailure) {
                guard let line = try nextLine(&input) else { return nil }
                if let action = try obey(line, input) { return action }
            } catch {
                return close(error)
            }
        }
    }

    private mutating func obey(
        _ line: ByteBufferView, _ input: ByteBuffer
    ) throws(POP3ClientFailure) -> POP3ClientAction? {
        switch state {
        case .ready(.status): return try receiveStatus(line)
        case .ready(.list(let lines)): return try receiveListed(line, lines)
        case .capabilities(let list, isListing: true): return try receiveCapability(line, list)
        case .authenticating(let login): return try receiveAuthentication(line, login)
        case .greeting, .capabilities, .startTLS, .userName, .password: break
        case .ready, .handshaking, .derivingKeys, .closed: return nil
        }
        guard let reply = POP3ServerReply(line) else { throw .notUnderstood }
        switch state {
        case .greeting: return try receiveGreeting(reply)
        case .capabilities: return try receiveCapabilities(reply)
        case .startTLS: return try receiveStartTLS(reply, input)
        case .userName: return try receiveUserName(reply)
        case .password: return try receivePassword(reply)
        default: return nil
        }
    }

    /// What to write now; empty when there is nothing.
    package mutating func takeOutput() -> ByteBuffer {
        defer { output = ByteBuffer() }
        return output
    }

    /// Puts a command behind those that were sent; after `ready` only.
    package mutating func send(_ command: POP3ClientCommand) {
        guard case .ready = state else { return }
        waiting.append(command)
        sendWaiting()
    }

    /// Commands whose `done` or `refused` is still to come.
    package var pending: Int { awaited.count + waiting.count }

    /// The connection is lost, a time limit has passed, or the driver wants to stop; nil when the session was over before.
    package mutating func end() -> POP3ClientAction? {
        if case .closed = state { return nil }
        return close(.connectionLost)
    }

    /// Whether nothing more is read or written.
    package var isOver: Bool {
        if case .closed = state { true } else { false }
    }

    mutating func close(_ failure: POP3ClientFailure?) -> POP3ClientAction {
        state = .closed
        waiting = []
        return .ended(failure)
    }

    mutating func sendLine(_ line: String) {
        output.writeString(line)
        output.writeStaticString("\r\n")
    }

    /// The next line without its end; nil when it is not there yet.
    private func nextLine(_ input: inout ByteBuffer) throws(POP3ClientFailure) -> ByteBufferView? {
        let view = input.readableBytesView
        guard let feed = view.prefix(configuration.limits.lineOctetsMax).firstIndex(of: 0x0A) else {
            guard view.count < configuration.limits.lineOctetsMax else { throw .tooMuch }
            return nil
        }
        var line = view[view.startIndex..<feed]
        if line.last == 0x0D { line.removeLast() }
        input.moveReaderIndex(forwardBy: feed - view.startIndex + 1)
        return line
    }
}

// MARK: Commands

extension POP3ClientStateMachine {
    /// Without PIPELINING one at a time; nothing follows QUIT.
    private mutating func sendWaiting() {
        let awaitedMax = capabilities.hasPipelining ? configuration.limits.pipelinedMax : 1
        while awaited.count < awaitedMax, !waiting.isEmpty, awaited.last != .quit {
            let command = waiting.removeFirst()
            sendLine(command.line)
            awaited.append(command)
        }
    }

    private mutating func conclude(_ action: (POP3ClientCommand) -> POP3ClientAction) -> POP3ClientAction {
        let command = awaited.removeFirst()
        if command == .quit {
            return close(nil)
        }
        state = .ready(.status)
        sendWaiting()
        return action(command)
    }

    private mutating func receiveStatus(_ line: ByteBufferView) throws(POP3ClientFailure) -> POP3ClientAction? {
        guard let reply = POP3ServerReply(line), let command = awaited.first else { throw .notUnderstood }
        guard reply.status == .ok else {
            // Whether what was deleted is gone nobody knows (RFC 1939 §6).
            if command == .quit {
                state = .closed
                return .refused(.quit, reply)
            }
            return conclude { .refused($0, reply) }
        }
        switch command {
        case .stat:
            let numbers = Self.numbers(line.dropFirst(3))
            guard numbers.count == 2, numbers[0] <= Int64(configuration.limits.messagesMax) else {
                throw .notUnderstood
            }
            // Its `done` is told with the numbers.
            return conclude { _ in .maildrop(messages: Int(numbers[0]), octets: numbers[1]) }
        case .list, .uidl:
            state = .ready(.list(lines: 0))
            return nil
        case .retrieve, .top:
            state = .ready(.message(MultilineDecoder(), octets: 0))
            // The message's octets are taken in the next round.
            return .octets(ByteBuffer())
        case .delete, .reset, .noop, .quit:
            return conclude { .done($0) }
        }
    }

    private mutating func receiveListed(
        _ line: ByteBufferView, _ lines: Int
    ) throws(POP3ClientFailure) -> POP3ClientAction? {
        if line.elementsEqual([UInt8(ascii: ".")]) { return conclude { .done($0) } }
        guard lines < configuration.limits.messagesMax else { throw .tooMuch }
        state = .ready(.list(lines: lines + 1))
        let space = UInt8(ascii: " ")
        let words = line.split(separator: space, maxSplits: 1)
        guard words.count == 2, let number = Self.number(words[0]), number > 0, number <= Int64(UInt32.max) else {
            throw .notUnderstood
        }
        if awaited.first == .list {
            guard let octets = Self.numbers(words[1]).first else { throw .notUnderstood }
            return .size(message: Int(number), octets: octets)
        }
        let id = words[1].split(separator: space).first.map { Array($0) } ?? []
        guard !id.isEmpty else { throw .notUnderstood }
        guard id.count <= configuration.limits.uniqueIDOctetsMax else { throw .tooMuch }
        return .uniqueID(message: Int(number), id: id)
    }

    private mutating func receiveOctets(
        _ input: inout ByteBuffer, _ decoder: MultilineDecoder, _ octets: Int64
    ) -> POP3ClientAction? {
        var decoder = decoder
        let piece = decoder.next(&input)
        if let piece {
            let count = octets + Int64(piece.readableBytes)
            guard count <= configuration.limits.messageOctetsMax else { return close(.tooMuch) }
            state = .ready(.message(decoder, octets: count))
            return .octets(piece)
        }
        if decoder.isEnded { return conclude { .done($0) } }
        state = .ready(.message(decoder, octets: octets))
        return nil
    }

    /// Digits; nil for anything else, or what no size is.
    private static func number(_ octets: some Collection<UInt8>) -> Int64? {
        guard (1...18).contains(octets.count), octets.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return octets.reduce(0) { $0 * 10 + Int64($1 &- 0x30) }
    }

    /// The first two words, where they are numbers.
    private static func numbers(_ octets: some Collection<UInt8>) -> [Int64] {
        octets.split(separator: UInt8(ascii: " "), maxSplits: 2).prefix(2).compactMap { number($0) }
    }
}
