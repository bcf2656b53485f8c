import NIOCore
import POP3
import SASL

/// Any octets from a server; the first chooses what is asked for, the second the packets.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzPOP3Client(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    guard let start, count > 2 else { return 0 }
    let bytes = UnsafeBufferPointer(start: start, count: count)
    let input = Array(bytes[2...])
    var whole = Dialogue(bytes[0])
    var cut = Dialogue(bytes[0])
    precondition(
        whole.run(input, packet: max(1, input.count)) == cut.run(input, packet: Int(bytes[1] % 32) + 1),
        "the outcome depends on the packets")
    return 0
}

/// One connection whose client asks for everything that there is.
private struct Dialogue {
    private var machine: POP3ClientStateMachine
    private let wishes: UInt8
    private var record: [String] = []
    private var message: [UInt8] = []
    private var said: [UInt8] = []

    init(_ wishes: UInt8) {
        var limits = POP3ClientLimits()
        limits.lineOctetsMax = 1024
        limits.messagesMax = 100
        limits.messageOctetsMax = 4096
        let credentials = SASLClientCredentials(
            userName: "ana", password: SecretBytes(Array("secret".utf8)),
            secret: wishes & 1 == 0 ? .password : .bearerToken)
        machine = POP3ClientStateMachine(
            POP3ClientConfiguration(
                tls: wishes & 2 == 0 ? .implicit : .never, credentials: credentials,
                nonce: Array(repeating: 7, count: 18), clearTextLogin: .allowed, limits: limits))
        if wishes & 2 == 0 { machine.tlsEstablished(TLSChannelBindings()) }
        self.wishes = wishes
    }

    mutating func run(_ input: [UInt8], packet: Int) -> [String] {
        var held = ByteBuffer()
        var taken = 0
        while true {
            if let action = machine.receive(&held) {
                let goesOn = perform(action)
                said += machine.takeOutput().readableBytesView
                guard goesOn else { return record + [String(decoding: said, as: UTF8.self)] }
                continue
            }
            said += machine.takeOutput().readableBytesView
            guard taken < input.count else { return record + [String(decoding: said, as: UTF8.self)] }
            let next = min(packet, input.count - taken)
            held.discardReadBytes()
            held.writeBytes(input[taken..<taken + next])
            taken += next
        }
    }

    private mutating func perform(_ action: POP3ClientAction) -> Bool {
        switch action {
        case .octets(let octets):
            message += octets.readableBytesView
            precondition(message.count <= 4096, "more than is allowed")
        case .ready:
            record.append("ready")
            for command in [.stat, .uidl, .list, .retrieve(1), .top(2, lines: 3), .delete(1), .quit]
                as [POP3ClientCommand]
            {
                machine.send(command)
            }
        case .deriveKeys(let derivation):
            // A fuzzer has no time for iterations.
            guard derivation.iterations <= 5000 else { return false }
            record.append("derive \(derivation.iterations)")
            if case .ended(let failure)? = machine.provide(derivation.keys()) {
                record.append("ended \(String(describing: failure))")
            }
        case .done(let command):
            record.append("done \(command) \(message)")
            message = []
        case .startTLS:
            return false
        case .ended(let failure):
            record.append("ended \(String(describing: failure))")
            return false
        case .maildrop, .size, .uniqueID, .refused:
            record.append(String(describing: action))
        }
        return true
    }
}
