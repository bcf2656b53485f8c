import IMAP
import MailCore
import NIOCore
import SASL

/// Any octets from a client; the first two choose the answers, whether it has logged in, and the packets.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzIMAPServer(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    guard let start, count > 2 else { return 0 }
    let bytes = UnsafeBufferPointer(start: start, count: count)
    let input = Array(bytes[2...])
    var whole = Dialogue(answers: bytes[0])
    var cut = Dialogue(answers: bytes[0])
    precondition(
        whole.run(input, packet: max(1, input.count)) == cut.run(input, packet: Int(bytes[1] % 32) + 1),
        "the outcome depends on the packets")
    return 0
}

/// One connection with a session that decides by a counter.
private struct Dialogue {
    private var machine: IMAPServerStateMachine
    private let answers: UInt8
    private var asked: UInt8 = 0
    private var record: [String] = []
    private var messageOctets: UInt64 = 0
    private var view = IMAPSequenceView(uids: UIDSet(ranges: [2...4, 9...9]))

    init(answers: UInt8) {
        var configuration = IMAPConfiguration()
        configuration.loginPolicy = .allowsClearText
        let secret = SecretBytes(Array(repeating: 7, count: 32))
        machine = IMAPServerStateMachine(
            configuration: configuration, tls: .unavailable, nonces: SASLNonceSource(seed: secret), decoySecret: secret)
        self.answers = answers
        guard answers % 2 == 0 else { return }
        _ = run(Array("x LOGIN a b\r\n".utf8), packet: 100)
        record = []
    }

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

    private mutating func perform(_ action: IMAPAction) -> Bool {
        switch action {
        case .send(let response), .idle(let response): record.append(String(buffer: response))
        case .ask(let question):
            if let next = answer(question) { return perform(next) }
        case .messageOctets(let octets):
            precondition(octets.readableBytes <= messageOctets, "more octets than were announced")
            messageOctets -= UInt64(octets.readableBytes)
        case .abandonMessages: record.append("abandoned")
        case .startCompression(let response):
            record.append(String(buffer: response))
            return false
        case .startTLS: return false
        case .close(let response):
            record.append(String(buffer: response))
            return false
        }
        return true
    }

    private mutating func answer(_ question: IMAPQuestion) -> IMAPAction? {
        asked &+= 1
        let isYes = answers < 2 || asked % (answers % 16 + 2) != 0
        switch question {
        case .credentials: return machine.answer(credentials: isYes ? .none : .failed(.temporary))
        case .password: return machine.answer(password: isYes ? .right : .wrong)
        case .refusal: return machine.answer(refusal: isYes ? .noted : .locked("No"))
        case .account: return machine.answer(account: isYes ? .open : .tooMany)
        case .command(let command, _):
            record.append("\(command)")
            look(at: command)
            return machine.answer(isYes ? .ok() : .no("No"))
        case .idleEnded: return machine.answer(.ok())
        case .appendPart(let part):
            record.append("part \(part.messageIndex)")
            if case .literal(let octets, _) = part.source { messageOctets = octets }
            return machine.answer(appendPart: isYes ? .taken : .refused(.no("No")))
        case .appendEnd: return machine.answer(isYes ? .ok() : .no("No"))
        }
    }

    /// What a session does with numbers, names and sections.
    private mutating func look(at command: IMAPCommand) {
        var writer = IMAPResponseWriter(dialect: machine.dialect)
        switch command {
        case .fetch(let request):
            guard let uids = try? view.resolve(request.messages, request.numbering, uidNext: 10) else { return }
            precondition(uids.count <= 4)
            var items = writer.beginFetch(SequenceNumber(rawValue: 1), UID(rawValue: 2))
            for case .section(let section) in request.attributes { writer.fetchNoSection(section, &items) }
            writer.endFetch(items)
        case .list(let request):
            for pattern in request.joinedPatterns { _ = pattern.matches(.inbox) }
        case .create(let request): writer.list(ListedMailbox(name: request.mailbox))
        case .expunge(let set?):
            guard let uids = try? view.resolve(set, .uids, uidNext: 10) else { return }
            view.noteExpunged(uids)
            writer.changes(view.takeUpdate(command.expungePermission, machine.dialect))
        default: return
        }
        record.append(String(buffer: writer.take()))
    }
}
