import NIOCore
import SASL
import SMTP

/// Drives a machine in memory as ServerRuntime does over a socket.
struct TestConnection {
    var machine: SMTPServerStateMachine
    var session = FakeSession()
    private(set) var output = ByteBuffer()
    private(set) var replies = 0
    private(set) var end = End.open
    private var input = ByteBuffer()

    enum End {
        case open
        case closed
    }

    /// What TLS gives.
    private let bindings: TLSChannelBindings

    init(_ configuration: SMTPServerConfiguration, bindings: TLSChannelBindings = TLSChannelBindings()) {
        self.bindings = bindings
        machine = SMTPServerStateMachine(
            configuration, nonces: SASLNonceSource(seed: SecretBytes("seed".utf8)),
            decoySecret: SecretBytes("decoy".utf8))
        machine.nowSeconds = 1_800_000_000
        if configuration.tlsMode == .implicit { machine.tlsEstablished(bindings: bindings) }
        receive([])
    }

    var text: String { String(buffer: output) }
    /// Octets that the machine did not take.
    var leftOver: Int { input.readableBytes }

    mutating func receive(_ octets: some Sequence<UInt8>) {
        guard end == .open else { return }
        input.writeBytes(octets)
        while let action = machine.receive(&input) {
            perform(action)
            if end == .closed { return }
        }
        input.discardReadBytes()
    }

    mutating func receive(_ text: String) {
        receive(text.utf8)
    }

    private mutating func perform(_ first: SMTPServerAction) {
        var next: SMTPServerAction? = first
        while let action = next {
            next = nil
            switch action {
            case .send(let reply): send(reply)
            case .sendEach(let all): all.forEach { send($0) }
            case .ask(let question): next = session.answer(question, to: &machine)
            case .bodyChunk(let chunk): session.keep(chunk)
            case .abortTransaction: session.abort()
            case .startTLS(let reply):
                send(reply)
                input.clear()
                machine.tlsEstablished(bindings: bindings)
            case .close(let reply):
                if let reply { send(reply) }
                end = .closed
            }
        }
    }

    private mutating func send(_ reply: SMTPReply) {
        replies += 1
        reply.write(into: &output)
    }
}

/// Small, seeded, the same everywhere.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed &* 0x9e37_79b9_7f4a_7c15 | 1 }

    mutating func next() -> UInt64 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return state &* 0x2545_f491_4f6c_dd1d
    }
}
