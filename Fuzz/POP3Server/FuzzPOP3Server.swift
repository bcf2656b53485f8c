import MailCore
import NIOCore
import POP3
import SASL

/// Any octets from a client, against a maildrop of three messages; the first two choose the answers and the packets.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzPOP3Server(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
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
    private var machine: POP3ServerStateMachine
    private let answers: UInt8
    private var asked: UInt8 = 0
    private var record: [String] = []

    init(answers: UInt8) {
        var configuration = POP3Configuration()
        configuration.loginPolicy = .allowsClearText
        let secret = SecretBytes(Array(repeating: 7, count: 32))
        machine = POP3ServerStateMachine(
            configuration: configuration, tls: .unavailable, nonces: SASLNonceSource(seed: secret), decoySecret: secret)
        self.answers = answers
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

    private mutating func perform(_ action: POP3Action) -> Bool {
        switch action {
        case .send(let reply):
            record.append(String(describing: reply))
        case .sendListing:
            record.append("listing")
        case .sendMessage(let reply, _):
            record.append("message \(reply)")
        case .ask(let question):
            return perform(answer(question))
        case .startTLS:
            return false
        case .close(let reply):
            record.append("close \(reply)")
            return false
        }
        return true
    }

    private mutating func answer(_ question: POP3Question) -> POP3Action {
        asked &+= 1
        let isYes = answers == 0 || asked % (answers % 16 + 2) != 0
        switch question {
        case .credentials:
            return machine.answer(credentials: isYes ? .none : .failed(.temporary))
        case .refusal:
            return machine.answer(refusal: isYes ? .noted : .locked("Too many failed logins"))
        case .password:
            return machine.answer(password: isYes ? .right : .wrong)
        case .maildrop:
            let life = UIDValidity(rawValue: 1)
            guard isYes, let drop = Maildrop(sizes: [10, 0, 70], uids: [1, 5, 9], uidValidity: life) else {
                return machine.answer(maildrop: .inUse)
            }
            return machine.answer(maildrop: .open(drop))
        case .message(let index, _):
            precondition((0..<3).contains(index), "a message that is not there")
            return machine.answer(message: isYes ? .ready : .vanished)
        case .commit(let marks):
            precondition(marks.count <= 3)
            return machine.answer(commit: isYes ? .done : .failed(.permanent))
        }
    }
}
