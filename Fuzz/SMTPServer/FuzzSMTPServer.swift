import MailCore
import NIOCore
import SASL
import SMTP

/// Any octets from a client. The first three choose role, answers and packets; the machine must neither trap nor stop, and whatever
/// the packets, the same octets must lead to the same actions.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzSMTPServer(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    guard let start, count > 3 else { return 0 }
    let bytes = UnsafeBufferPointer(start: start, count: count)
    let input = Array(bytes[3...])
    var whole = Dialogue(role: bytes[0], answers: bytes[1])
    var cut = Dialogue(role: bytes[0], answers: bytes[1])
    precondition(
        whole.run(input, packet: max(1, input.count)) == cut.run(input, packet: Int(bytes[2] % 32) + 1),
        "the outcome depends on the packets")
    return 0
}

/// One connection with a session that decides by a counter.
private struct Dialogue {
    private var machine: SMTPServerStateMachine
    private let answers: UInt8
    private var asked: UInt8 = 0
    private var recipients = 0
    private var record: [String] = []
    private var body: [UInt8] = []
    private let isLMTP: Bool

    init(role: UInt8, answers: UInt8) {
        isLMTP = role & 1 == 1
        let isSubmission = !isLMTP && role & 4 != 0
        let configuration = SMTPServerConfiguration(
            hostname: "mail.example.test", role: isLMTP ? .lmtp : isSubmission ? .submission : .mta,
            tlsMode: .none, bareLinePolicy: role & 2 == 0 ? .reject : .convert,
            extensions: [.standard, .deliverBy, .futureRelease], logins: isSubmission ? .allowsClearText : .none)
        machine = SMTPServerStateMachine(
            configuration, nonces: SASLNonceSource(seed: SecretBytes("seed".utf8)),
            decoySecret: SecretBytes("decoy".utf8))
        self.answers = answers
    }

    /// What was done, in order, with the whole messages.
    mutating func run(_ input: [UInt8], packet: Int) -> [String] {
        var held = ByteBuffer()
        var taken = 0
        while true {
            if let action = machine.receive(&held) {
                guard perform(action) else { return record }
                continue
            }
            guard taken < input.count else { return record }
            let next = min(packet, input.count - taken)
            held.discardReadBytes()
            held.writeBytes(input[taken..<taken + next])
            taken += next
        }
    }

    private mutating func perform(_ action: SMTPServerAction) -> Bool {
        switch action {
        case .bodyChunk(let chunk):
            body.append(contentsOf: chunk.readableBytesView)
            return true
        case .ask(let question):
            return answer(question)
        case .close(let reply):
            record.append("close \(reply.map { $0.description } ?? "")")
            return false
        case .startTLS:
            return false
        case .abortTransaction:
            // How much of it had been handed over by then may depend on the packets.
            body = []
            record.append("abort")
            recipients = 0
            return true
        case .send(let reply):
            record.append(reply.description)
            return true
        case .sendEach(let replies):
            record.append(contentsOf: replies.map(\.description))
            return true
        }
    }

    private mutating func answer(_ question: SMTPQuestion) -> Bool {
        asked &+= 1
        let isYes = answers == 0 || asked % (answers % 16 + 2) != 0
        var next: SMTPServerAction?
        switch question {
        case .endOfData(let data):
            precondition(data.octets == body.count, "octets of the message that were not handed over")
            record.append(String(describing: body))
            body = []
            let reply =
                isYes
                ? SMTPReply(250, EnhancedStatusCode(.success, 0, 0), "Ok: queued as X") : SMTPReply.insufficientStorage
            next =
                isLMTP
                ? machine.answer(.eachRecipient(Array(repeating: reply, count: recipients)))
                : machine.answer(.message(reply))
            recipients = 0
        case .connected:
            next = machine.answer(Verdict.accepted)
        case .credentials:
            let credentials = SCRAMCredentials(
                password: SecretBytes("secret".utf8), salt: Array("0123456789abcdef".utf8))
            next = machine.answer(
                credentials: isYes ? credentials.map { .found($0) } ?? .none : .refused(.loginUnavailable))
        case .login(.failed):
            next = machine.answer(Verdict.refused(.loginFailed))
        case .mail:
            recipients = 0
            next = machine.answer(isYes ? Verdict.accepted : .refused(.localError))
        case .recipient:
            if isYes { recipients += 1 }
            next = machine.answer(isYes ? Verdict.accepted : .refused(.localError))
        default:
            next = machine.answer(isYes ? Verdict.accepted : .refused(.localError))
        }
        if let next { return perform(next) }
        return true
    }
}
