import MailCore
import NIOCore
import POP3
import SASL

/// The session and the driver in one, without a network: answers the machine's questions from a script.
struct ScriptedSession {
    var sizes: [UInt32] = [120]
    var utf8Indexes: Set<Int> = []
    /// How many messages a commit can remove; nil for all.
    var removable: Int?
    /// To exchanges that failed.
    var refusal = POP3RefusalAnswer.noted
    private(set) var commits: [[Int]] = []
    private(set) var output = ByteBuffer()
    private(set) var isClosed = false
    private var input = ByteBuffer()
    var machine: POP3ServerStateMachine

    init(tls: POP3TLS, configuration: POP3Configuration = POP3Configuration(), limits: POP3Limits = POP3Limits()) {
        machine = POP3ServerStateMachine(
            configuration: configuration, limits: limits, tls: tls,
            bindings: tls == .active ? Self.bindings : TLSChannelBindings(),
            nonces: SASLNonceSource(seed: SecretBytes("seed".utf8)), decoySecret: SecretBytes("decoy".utf8))
        machine.greeting.write(to: &output)
    }

    static let bindings = TLSChannelBindings(exporter: Array(repeating: 1, count: 32))

    /// A message of exactly `size` octets in canonical form, with dots to stuff.
    static func message(_ index: Int, size: Int) -> [UInt8] {
        var octets: [UInt8] = Array("Subject: \(index)\r\n\r\n.\r\n..x\r\n".utf8)
        while octets.count < size - 2 { octets.append(octets.count % 40 == 0 ? 0x0A : 0x78) }
        octets = octets.enumerated().map { $0.offset > 30 && $0.element == 0x0A ? 0x2E : $0.element }
        return Array(octets.prefix(size - 2)) + [0x0D, 0x0A]
    }

    mutating func receive(_ octets: some Sequence<UInt8>) {
        guard !isClosed else { return }
        input.writeBytes(octets)
        while !isClosed, let action = machine.receive(&input) { perform(action) }
    }

    mutating func takeOutput() -> [UInt8] {
        defer { output.clear() }
        return Array(output.readableBytesView)
    }

    private mutating func perform(_ action: POP3Action) {
        switch action {
        case .send(let reply): reply.write(to: &output)
        case .sendListing(var listing): while listing.writeNext(to: &output) {}
        case .sendMessage(let reply, let stream): send(reply, stream)
        case .ask(let question): perform(answer(question))
        case .startTLS(let reply):
            reply.write(to: &output)
            machine.tlsEstablished(bindings: Self.bindings)
        case .close(let reply):
            reply.write(to: &output)
            isClosed = true
        }
    }

    private var opened = 0

    private mutating func send(_ reply: POP3Reply, _ stream: MessageStream) {
        var stream = stream
        var written = ByteBuffer()
        reply.write(to: &written)
        var rest = ByteBuffer(bytes: Self.message(opened, size: Int(sizes[opened])))
        while let chunk = rest.readSlice(length: min(7, rest.readableBytes)), chunk.readableBytes > 0 {
            if stream.send(chunk, emit: { written.writeImmutableBuffer($0) }) == .satisfied { break }
        }
        stream.finish { written.writeImmutableBuffer($0) }
        output.writeBuffer(&written)
    }

    private mutating func answer(_ question: POP3Question) -> POP3Action {
        switch question {
        case .credentials(let user):
            let salt: [UInt8] = Array("0123456789abcdef".utf8)
            let known = SCRAMCredentials(password: SecretBytes("secret".utf8), salt: salt)
            return machine.answer(credentials: user == "mrose" ? known.map { .found($0) } ?? .none : .none)
        case .refusal: return machine.answer(refusal: refusal)
        case .password(let claim):
            let passwords = ["josé": "pässword", "nobody": "another"]
            let right = passwords[claim.identity.authenticationID] ?? "secret"
            return machine.answer(password: claim.password.isEqual(to: SecretBytes(right.utf8)) ? .right : .wrong)
        case .maildrop(let identity): return machine.answer(maildrop: open(identity))
        case .message(let index, let encoding):
            opened = index
            let isRefused = encoding == .ascii && utf8Indexes.contains(index)
            return machine.answer(message: isRefused ? .requiresUTF8 : .ready)
        case .commit(let marks):
            var indexes: [Int] = []
            marks.forEach { indexes.append($0) }
            commits.append(indexes)
            guard let removable, removable < marks.count else { return machine.answer(commit: .done) }
            return machine.answer(commit: removable == 0 ? .failed(.temporary) : .partial(removed: removable))
        }
    }

    private func open(_ identity: SASLIdentity) -> POP3MaildropAnswer {
        switch identity.authenticationID {
        case "busy": return .inUse
        case "hasty": return .loginDelay
        case "broken": return .failed(.temporary)
        case "ruined": return .failed(.permanent)
        default:
            guard identity.authorizationID == nil else { return .notAuthorized }
            let uids = (1...max(1, sizes.count)).prefix(sizes.count).map { UInt32($0) }
            let maildrop = Maildrop(sizes: sizes, uids: uids, uidValidity: UIDValidity(rawValue: 42))
            return maildrop.map { .open($0) } ?? .failed(.permanent)
        }
    }
}
