import Foundation
import MailCore
import NIOCore
import SASL
import SMTP

/// A client's dialogue in a file of Tests/SMTPTests/Transcripts/Client.
///
/// Inputs: `# …` comment; `= key value` a setting; `S: …` the server's line, CRLF is added; `S> …` the server's octets with
/// escapes; `T: <sender> <recipient>… PARAMETERS` begins a transaction; `M: …` a piece of the message with escapes, `M.` its
/// end, `M!` its end that does not leave (without `= message manual` the message is sent when it is asked for); `Q` says
/// goodbye; `X: lost` or `X: timeout` ends the connection. Outputs: `C: …` the client's line; `O: …` a recipient's outcome;
/// `E: …` what else the machine wanted.
struct ClientTranscript: CustomStringConvertible, Sendable {
    enum Line: Sendable {
        case server([UInt8])
        case transaction(SMTPTransaction)
        case piece([UInt8])
        case endOfMessage(written: Bool)
        case quit
        case end(String)
        case expected(String)
    }

    let name: String
    var settings: [String: String] = [:]
    var lines: [Line] = []

    var description: String { name }

    static let all: [ClientTranscript] = {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Transcripts/Client")
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return names.filter { $0.hasSuffix(".txt") }.sorted().map { name in
            let text = (try? String(contentsOf: folder.appending(path: name), encoding: .utf8)) ?? ""
            return ClientTranscript(name: name, text: text)
        }
    }()

    init(name: String, text: String) {
        self.name = name
        for line in text.split(separator: "\n").map(String.init) {
            let rest = String(line.dropFirst(3))
            switch line.prefix(2) {
            case "= ":
                let words = line.dropFirst(2).split(separator: " ", maxSplits: 1).map(String.init)
                settings[words[0]] = words.count > 1 ? words[1] : ""
            case "S:": lines.append(.server(Array(rest.utf8) + [13, 10]))
            case "S>": lines.append(.server(Transcript.unescaped(rest)))
            case "T:": lines.append(.transaction(ClientTranscript.transaction(rest)))
            case "M:": lines.append(.piece(Transcript.unescaped(rest)))
            case "M.": lines.append(.endOfMessage(written: true))
            case "M!": lines.append(.endOfMessage(written: false))
            case "Q": lines.append(.quit)
            case "X:": lines.append(.end(rest))
            case "C:", "O:", "E:": lines.append(.expected(line))
            default: precondition(line.hasPrefix("#"), "\(name): \(line)")
            }
        }
    }

    var configuration: SMTPClientConfiguration {
        let modes: [String: SMTPClientConfiguration.TLS] = [
            "never": .never, "offered": .whenOffered, "required": .required, "implicit": .implicit,
        ]
        var configuration = SMTPClientConfiguration(
            name: "client.example", dialect: settings["dialect"] == "lmtp" ? .lmtp : .smtp,
            tls: modes[settings["tls"] ?? "offered"] ?? .whenOffered, dialog: .recorded)
        if let user = settings["user"] {
            configuration.credentials = SASLClientCredentials(
                userName: user, password: SecretBytes((settings["password"] ?? "").utf8))
            configuration.nonce = Array(repeating: 3, count: 18)
        }
        return configuration
    }

    /// `<sender> <recipient>… KEY=VALUE…`; what stands behind a recipient is its own.
    private static func transaction(_ text: String) -> SMTPTransaction {
        var words = text.split(separator: " ").map(String.init)
        let sender = String(words.removeFirst().dropFirst().dropLast())
        var transaction = SMTPTransaction(
            Envelope(reversePath: EmailAddress(sender).map { .address($0) } ?? .null))
        for word in words {
            if word.hasPrefix("<") {
                let path = String(word.dropFirst().dropLast())
                transaction.envelope.recipients.append(
                    EnvelopeRecipient(path: EmailAddress(path).map { .address($0) } ?? .postmaster))
            } else {
                apply(word, to: &transaction)
            }
        }
        return transaction
    }

    private static func apply(_ word: String, to transaction: inout SMTPTransaction) {
        let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
        let value = parts.count > 1 ? parts[1] : ""
        let last = transaction.envelope.recipients.count - 1
        switch parts[0] {
        case "SIZE": transaction.sizeOctets = Int(value)
        case "BODY": transaction.envelope.parameters.body = value == "8BITMIME" ? .eightBitMIME : .binaryMIME
        case "SMTPUTF8": transaction.envelope.parameters.smtpUTF8 = .needed
        case "REQUIRETLS": transaction.envelope.parameters.requireTLS = .required
        case "RET": transaction.envelope.parameters.dsnReturn = value == "FULL" ? .full : .headers
        case "ENVID": transaction.envelope.parameters.envelopeID = value
        case "BY":
            let seconds = Int(value.split(separator: ";")[0]) ?? 0
            transaction.deliverBy = .init(seconds: seconds, mode: value.hasSuffix("R") ? .return : .notify)
        case "NOTIFY":
            var notify: EnvelopeRecipient.Notify = []
            if value.contains("SUCCESS") { notify.insert(.success) }
            if value.contains("FAILURE") { notify.insert(.failure) }
            if value.contains("DELAY") { notify.insert(.delay) }
            if value.contains("NEVER") { notify = .never }
            transaction.envelope.recipients[last].notify = notify
        case "ORCPT":
            let parts = value.split(separator: ";", maxSplits: 1).map(String.init)
            transaction.envelope.recipients[last].originalRecipient = .init(addressType: parts[0], address: parts[1])
        default: preconditionFailure(word)
        }
    }
}

/// Runs a machine by a transcript.
struct ClientRun {
    var machine: SMTPClientStateMachine
    private(set) var log: [String] = []
    private var input = ByteBuffer()
    private var output = ByteBuffer()
    private let sendsAtOnce: Bool
    private var shown: [String] = []

    init(_ transcript: ClientTranscript) {
        machine = SMTPClientStateMachine(transcript.configuration)
        sendsAtOnce = transcript.settings["message"] != "manual"
        if transcript.settings["tls"] == "implicit" { machine.tlsEstablished(Self.bindings) }
    }

    static let bindings = TLSChannelBindings(serverEndPoint: Array(repeating: 5, count: 32))

    mutating func play(_ line: ClientTranscript.Line, _ split: ([UInt8]) -> [[UInt8]]) {
        switch line {
        case .server(let octets):
            for piece in split(octets) {
                input.writeBytes(piece)
                receive()
            }
        case .transaction(let transaction):
            do throws(TransactionObstacle) { try machine.begin(transaction) } catch { log.append("E: \(error)") }
        case .piece(let octets):
            machine.send(ByteBuffer(bytes: octets)) { output.writeImmutableBuffer($0) }
        case .endOfMessage(let isWritten):
            machine.endMessage { output.writeImmutableBuffer($0) }
            if isWritten { machine.messageWritten() }
        case .quit: machine.quit()
        case .end(let kind):
            let stage = machine.stage
            if let action = machine.end(kind == "lost" ? .connectionLost(at: stage) : .timedOut(at: stage)) {
                perform(action)
            }
        case .expected: break
        }
        collect()
    }

    private mutating func receive() {
        while let action = machine.receive(&input) { perform(action) }
        collect()
    }

    private mutating func perform(_ first: SMTPClientAction) {
        var next: SMTPClientAction? = first
        while let action = next {
            next = nil
            collect()
            switch action {
            case .ready: log.append("E: ready")
            case .startTLS:
                log.append("E: startTLS")
                machine.tlsEstablished(Self.bindings)
            case .deriveKeys(let derivation): next = machine.provide(derivation.keys())
            case .sendMessage:
                log.append("E: sendMessage")
                guard sendsAtOnce else { return }
                machine.send(ByteBuffer(string: "Hello\r\n")) { output.writeImmutableBuffer($0) }
                machine.send(ByteBuffer(string: ".dot\r\n")) { output.writeImmutableBuffer($0) }
                machine.endMessage { output.writeImmutableBuffer($0) }
                machine.messageWritten()
            case .finished(let outcome):
                log += outcome.recipients.map { "O: \(Self.describe($0))" }
                if outcome.connection == .spent { log.append("E: spent") }
                if outcome.dsn == .dropped { log.append("E: DSN dropped") }
            case .ended(let failure): log.append("E: ended\(failure.map { ", \($0)" } ?? "")")
            }
        }
    }

    private static func describe(_ outcome: RecipientOutcome) -> String {
        switch outcome {
        case .accepted(let reply): "accepted \(reply.line)"
        case .refused(let reply, let stage): "refused at \(stage.rawValue): \(reply.line)"
        case .leftOver: "left over"
        case .undecided(let failure, let sent): "undecided \(sent), \(failure)"
        }
    }

    private mutating func collect() {
        var taken = machine.takeOutput()
        output.writeBuffer(&taken)
        shown += machine.takeDialog().map(\.description)
        while let end = output.readableBytesView.firstIndex(of: 0x0A) {
            let line = output.readString(length: end - output.readerIndex + 1) ?? ""
            log.append("C: \(line.hasSuffix("\r\n") ? String(line.dropLast()) : line + "without CR")")
        }
    }

    /// What an observer sees of the whole.
    var dialog: [String] { shown }
}
