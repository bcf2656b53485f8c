import IMAP
import MailCore
import NIOCore
import SASL

/// The session and the driver in one, without a network and without mailboxes: answers the machine's questions from a
/// script.
struct ScriptedSession {
    /// What is written and answered for one question.
    struct Answer {
        var untagged: [String] = []
        var completion = IMAPCompletion.ok()
    }

    /// For the commands to come; beyond them all is well.
    var script: [Answer] = []
    private(set) var asked: [String] = []
    /// Messages appended, and those being taken.
    private(set) var messages: [[UInt8]] = []
    private(set) var abandoned = 0
    private(set) var output = ByteBuffer()
    private(set) var isClosed = false
    private(set) var isCompressing = false
    private var taking: [[UInt8]] = []
    private var input = ByteBuffer()
    var machine: IMAPServerStateMachine

    static let bindings = TLSChannelBindings(exporter: Array(repeating: 1, count: 32))

    init(
        tls: IMAPTLS = .active, configuration: IMAPConfiguration = IMAPConfiguration(),
        limits: IMAPLimits = IMAPLimits()
    ) {
        machine = IMAPServerStateMachine(
            configuration: configuration, limits: limits, tls: tls,
            bindings: tls == .active ? Self.bindings : TLSChannelBindings(),
            nonces: SASLNonceSource(seed: SecretBytes("seed".utf8)), decoySecret: SecretBytes("decoy".utf8))
        var greeting = machine.greeting
        output.writeBuffer(&greeting)
    }

    /// A session whose client has logged in.
    static func loggedIn(
        configuration: IMAPConfiguration = IMAPConfiguration(), limits: IMAPLimits = IMAPLimits()
    ) -> ScriptedSession {
        var session = ScriptedSession(configuration: configuration, limits: limits)
        session.receive(Array("x LOGIN fred secret\r\n".utf8))
        session.forget()
        return session
    }

    mutating func forget() {
        output.clear()
        asked = []
    }

    mutating func receive(_ octets: some Sequence<UInt8>) {
        guard !isClosed else { return }
        input.writeBytes(octets)
        while !isClosed, let action = machine.receive(&input) { perform(action) }
    }

    mutating func say(_ text: String) -> String {
        receive(Array(text.utf8))
        return takeText()
    }

    mutating func takeText() -> String {
        defer { output.clear() }
        return String(buffer: output)
    }

    mutating func perform(_ action: IMAPAction) {
        switch action {
        case .send(var buffer), .idle(var buffer): output.writeBuffer(&buffer)
        case .ask(let question):
            if let action = answer(question) { perform(action) }
        case .messageOctets(let octets): taking[taking.count - 1] += Array(octets.readableBytesView)
        case .abandonMessages:
            taking = []
            abandoned += 1
        case .startTLS(var buffer):
            output.writeBuffer(&buffer)
            input.clear()
            machine.tlsEstablished(bindings: Self.bindings)
        case .startCompression(var buffer):
            output.writeBuffer(&buffer)
            isCompressing = true
        case .close(var buffer):
            output.writeBuffer(&buffer)
            isClosed = true
        }
    }

    private mutating func answer(_ question: IMAPQuestion) -> IMAPAction? {
        switch question {
        case .credentials(let user):
            let salt: [UInt8] = Array("0123456789abcdef".utf8)
            let known = SCRAMCredentials(password: SecretBytes("secret".utf8), salt: salt)
            return machine.answer(credentials: user == "mrose" ? known.map { .found($0) } ?? .none : .none)
        case .password(let claim):
            return machine.answer(password: claim.password.isEqual(to: SecretBytes("secret".utf8)) ? .right : .wrong)
        case .refusal: return machine.answer(refusal: .noted)
        case .account(let identity): return machine.answer(account: account(identity))
        case .command(let command, _):
            asked.append("\(command)")
            return carryOut()
        case .idleEnded:
            asked.append("IDLE ended")
            return carryOut()
        case .appendPart(let part):
            asked.append(describe(part))
            if !script.isEmpty, script[0].completion.condition != .ok {
                taking = []
                return machine.answer(appendPart: .refused(script.removeFirst().completion))
            }
            if part.place != .next { taking.append([]) }
            return machine.answer(appendPart: .taken)
        case .appendEnd:
            messages += taking
            asked.append("append \(taking.map { "\($0.count)" }.joined(separator: " "))")
            taking = []
            return carryOut()
        }
    }

    private mutating func carryOut() -> IMAPAction {
        let answer = script.isEmpty ? Answer() : script.removeFirst()
        for line in answer.untagged { output.writeString(line + "\r\n") }
        return machine.answer(answer.completion)
    }

    private func account(_ identity: SASLIdentity) -> IMAPAccountAnswer {
        switch identity.authenticationID {
        case "busy": .tooMany
        case "broken": .failed(.temporary)
        case "ruined": .failed(.permanent)
        default: identity.authorizationID == nil ? .open : .notAuthorized
        }
    }

    private func describe(_ part: AppendPart) -> String {
        switch part.source {
        case .literal(let octets, let content): "part \(part.messageIndex) \(part.place) \(octets) \(content)"
        case .url(let url): "part \(part.messageIndex) \(part.place) \(url.text)"
        }
    }
}
