import IMAP
import MailCore
import NIOCore
import SASL

/// Any octets from a server; the first chooses how the client logs in, the second the packets.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzIMAPClient(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
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
    private var machine: IMAPClientStateMachine
    private var record: [String] = []
    private var message: [UInt8] = []
    private var said: [UInt8] = []

    init(_ wishes: UInt8) {
        var limits = IMAPClientLimits()
        limits.responseOctetsMax = 4096
        limits.messageOctetsMax = 4096
        limits.numbersMax = 1000
        let credentials = SASLClientCredentials(
            userName: "ana", password: SecretBytes(Array("secret".utf8)),
            secret: wishes & 1 == 0 ? .password : .bearerToken)
        machine = IMAPClientStateMachine(
            IMAPClientConfiguration(
                tls: wishes & 2 == 0 ? .implicit : .never, credentials: credentials,
                nonce: Array(repeating: 7, count: 18), clearTextLogin: .allowed, limits: limits))
        if wishes & 2 == 0 { machine.tlsEstablished(TLSChannelBindings()) }
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

    private mutating func perform(_ action: IMAPClientAction) -> Bool {
        switch action {
        case .messageBegins(let octets):
            precondition(octets <= 4096, "more than is allowed")
            record.append("message of \(octets)")
        case .octets(let octets):
            message += octets.readableBytesView
        case .response(let response):
            record.append(text(response))
            record.append("\(message)")
            message = []
        case .ready:
            record.append("ready")
            let inbox = Array("INBOX".utf8)
            let commands: [IMAPClientCommand] = [
                .list, .listWithStatus([.messages, .unseen]), .status(inbox, [.messages]), .select(inbox, .readWrite),
                .search("ALL"), .searchKey(.and([.text(SearchString("ñ")), .unflagged(.seen)])), .fetch([1...9]),
                .fetchSummaries(.numbers([1...9]), [.envelope, .structure, .references, .preview]),
                .fetchBeginning(7, octets: 100), .append(inbox, FlagList(.seen), octets: 5), .idle,
                .store([1...2], .add, FlagList(.flagged)), .copy([1...2], to: inbox), .move([1...2], to: inbox),
                .create(inbox), .markDeleted([1...1]), .expunge([1...1]), .logout,
            ]
            for command in commands { machine.send(command) }
        case .deriveKeys(let derivation):
            // A fuzzer has no time for iterations.
            guard derivation.iterations <= 5000 else { return false }
            record.append("derive \(derivation.iterations)")
            if case .ended(let failure)? = machine.provide(derivation.keys()) {
                record.append("ended \(String(describing: failure))")
            }
        case .idling:
            record.append("idling")
            machine.endIdle()
        case .done(let command, let status):
            record.append("done \(command) \(status)")
        case .messageWanted(let octets):
            record.append("wanted \(octets)")
            machine.sendMessage(ByteBuffer(repeating: 0x61, count: Int(octets)))
        case .startTLS:
            return false
        case .ended(let failure):
            record.append("ended \(String(describing: failure))")
            return false
        }
        return true
    }

    /// A set has no order of its own.
    private func text(_ response: IMAPServerResponse) -> String {
        guard case .list(let folder) = response else { return String(describing: response) }
        return "\(folder.wireName) \(folder.name ?? "") \(folder.attributes.sorted()) \(folder.isVirtual)"
    }
}
