import Admin
import DNSClient
import Glibc
import Lab
import MailCore
import ServerConfiguration
import TerminalOutput

/// One message's way through the lab, told step by step.
struct LabWatch {
    /// How the message begins its way.
    enum Way: Sendable {
        /// By the sender's own server.
        case submitted
        /// Straight to the recipient's, as that server would.
        case direct
    }

    private let letter: LabLetter
    private let sending: LabState.Server
    private let receiving: LabState.Server
    private let sendingConfiguration: Configuration
    private let receivingConfiguration: Configuration
    private let terminal = Terminal(.output)

    /// For a message to be delivered.
    private static let deliverySecondsMax = 60.0

    init(state: LabState, letter: LabLetter) throws {
        self.letter = letter
        func server(_ address: EmailAddress) throws -> LabState.Server {
            guard let server = state.server(of: address) else {
                throw LabError(
                    "\(address.domain) is no domain of the lab",
                    advice: "it has \(state.servers.map(\.domain).joined(separator: " and "))")
            }
            return server
        }
        sending = try server(letter.sender)
        receiving = try server(letter.recipient)
        sendingConfiguration = try Configuration.load(file: sending.configurationFile)
        receivingConfiguration = try Configuration.load(file: receiving.configurationFile)
    }

    /// Sends the message, follows it and collects it.
    func run(_ way: Way) async throws {
        guard receiving.account == letter.recipient.written else {
            throw LabError("the lab has no account \(letter.recipient)", advice: "it has \(receiving.account)")
        }
        let before = try messagesOfRecipient()
        switch way {
        case .submitted:
            let id = try await submit()
            _ = try await lookUp()
            try await follow(id)
        case .direct:
            try await handOver(to: try await lookUp())
        }
        heading("The message arrives in the mailbox of \(letter.recipient)")
        guard
            await LabClock.waits(
                seconds: LabWatch.deliverySecondsMax, until: { (try? messagesOfRecipient()) ?? 0 > before })
        else {
            throw LabError(
                "it has not arrived in \(Int(LabWatch.deliverySecondsMax)) seconds",
                advice: "see the queue: paloma queue list --config \(sending.configurationFile)")
        }
        try await collect()
    }

    // MARK: Steps

    private func submit() async throws -> String? {
        guard sending.account == letter.sender.written else {
            throw LabError("the lab has no account \(letter.sender)", advice: "it has \(sending.account)")
        }
        guard let endpoint = LabWatch.endpoint(.submission, .starttls, sendingConfiguration) else {
            throw LabError(
                "\(sending.hostname) takes no submissions", advice: "paloma lab send --direct leaves it out")
        }
        heading("\(letter.sender) hands the message to the server \(sending.hostname) (submission, RFC 6409)")
        let dialogue = SendingDialogue(
            role: .user(name: sending.account, password: sending.password), clientName: "[127.0.0.1]",
            hostname: sending.hostname, certificateFile: certificateFile(sendingConfiguration))
        return try await send(dialogue, to: endpoint, from: nil)
    }

    private func handOver(to host: SocketEndpoint) async throws {
        heading("\(sending.hostname) hands the message to \(receiving.hostname) (SMTP, RFC 5321)")
        let dialogue = SendingDialogue(
            role: .server, clientName: sending.hostname, hostname: receiving.hostname,
            certificateFile: certificateFile(receivingConfiguration))
        _ = try await send(dialogue, to: host, from: IPAddress(sending.address))
    }

    private func send(
        _ dialogue: SendingDialogue, to endpoint: SocketEndpoint, from local: IPAddress?
    ) async throws -> String? {
        let connection = try await DialogueConnection.open(to: endpoint, from: local, show: show)
        do {
            let id = try await dialogue.send(
                from: letter.sender, to: letter.recipient, message: letter.octets, over: connection)
            await connection.close()
            return id
        } catch {
            await connection.close()
            throw error
        }
    }

    /// Asks what a sending server asks.
    private func lookUp() async throws -> SocketEndpoint {
        heading("Which server takes mail for \(letter.recipient.domain)? (MX, then A and AAAA, RFC 5321 §5.1)")
        do {
            let client = try DNSClient(configuration: DNSClientConfiguration(sendingConfiguration.dns))
            let mx = try await client.mx(letter.recipient.domain)
            for record in mx.records {
                answer("\(letter.recipient.domain)", "MX", "\(record.preference) \(record.exchange?.ascii ?? ".")", mx)
            }
            guard let host = mx.records.first?.exchange else {
                throw LabError("\(letter.recipient.domain) takes no mail (null MX, RFC 7505)")
            }
            let addresses = try await client.addresses(of: host)
            for address in addresses.records {
                answer("\(host)", address.family == .v4 ? "A" : "AAAA", "\(address)", addresses)
            }
            guard let address = addresses.records.first else { throw DNSError.noData(addresses.security) }
            return SocketEndpoint(address: address, port: sendingConfiguration.outbound.port)
        } catch let error as DNSError {
            throw LabError("\(letter.recipient.domain): \(error)", advice: "see the zones in the lab's folder dns")
        } catch let error as DNSSetupError {
            throw LabError("\(error)")
        }
    }

    private func answer<Records>(_ name: String, _ type: String, _ data: String, _ answer: DNSAnswer<Records>) {
        let signed = answer.security == .secure ? "signed" : "not signed"
        terminal.line(
            "\(name)  \(type)  \(terminal.style.green(data))  \(terminal.style.dim("\(answer.ttlSeconds) s, \(signed)"))"
        )
    }

    /// Shows what becomes of the message in the sending server's queue, until it has left it.
    private func follow(_ id: String?) async throws {
        guard let id else { return }
        heading("The queue of \(sending.hostname)")
        var last = ""
        let hasLeft = await LabClock.waits(seconds: LabWatch.deliverySecondsMax) {
            guard let entry = queueEntry(id) else { return true }
            let lines = entry.recipients.map { recipient in
                let said = recipient.lastReply.isEmpty ? "" : ": \(recipient.lastReply)"
                return "\(id) for \(recipient.address), attempts \(recipient.attempts)\(said)"
            }
            let text = lines.map { DisplayText.printable($0) }.joined(separator: "\n")
            if text != last { terminal.line(text) }
            last = text
            return false
        }
        terminal.line(hasLeft ? "\(id) has left the queue." : "\(id) is still in the queue.")
    }

    private func collect() async throws {
        guard let endpoint = LabWatch.endpoint(.pop3, .starttls, receivingConfiguration) else {
            throw LabError("\(receiving.hostname) has no POP3")
        }
        heading("\(letter.recipient) collects it from \(receiving.hostname) (POP3, RFC 1939)")
        let dialogue = CollectingDialogue(
            name: receiving.account, password: receiving.password, hostname: receiving.hostname,
            certificateFile: certificateFile(receivingConfiguration))
        let connection = try await DialogueConnection.open(to: endpoint, from: nil, show: show)
        let lines: [String]?
        do {
            lines = try await dialogue.collect(messageID: letter.messageID, over: connection)
            await connection.close()
        } catch {
            await connection.close()
            throw error
        }
        guard let lines else { throw LabError("another message came after it", advice: "send again") }
        heading("The way it went: each server has put a line on top (RFC 5321 §4.4)")
        for line in LabWatch.receivedFields(lines).reversed() { terminal.line(DisplayText.printable(line)) }
        terminal.line()
        terminal.line(terminal.style.green("\(letter.messageID) has arrived."))
    }

    // MARK: What is asked and shown

    private func heading(_ text: String) {
        terminal.line()
        terminal.line(terminal.style.bold(text))
    }

    private var show: @Sendable (DialogueLine) -> Void {
        { [terminal] line in
            let text = DisplayText.printable("\(line)")
            switch line {
            case .client: terminal.line(terminal.style.green(text))
            case .server: terminal.line(text)
            case .note: terminal.line(terminal.style.dim(text))
            }
        }
    }

    private func messagesOfRecipient() throws -> Int64 {
        guard let client = AdminClient(socketPath: receivingConfiguration.controlSocketPath) else {
            throw LabError("\(receiving.hostname) does not answer", advice: "is the lab running?")
        }
        let result = try client.perform(.accountShow(address: receiving.account)) { _ in }
        guard case .accounts(let reports) = result else { return 0 }
        return reports.first?.messages ?? 0
    }

    /// nil when the queue has it no more.
    private func queueEntry(_ id: String) -> QueueReport? {
        guard let client = AdminClient(socketPath: sendingConfiguration.controlSocketPath),
            case .queue(let entries, _)? = try? client.perform(.queueShow(id: id), report: { _ in })
        else { return nil }
        return entries.first
    }

    private func certificateFile(_ configuration: Configuration) -> String { configuration.tls?.certificatePath ?? "" }

    private static func endpoint(
        _ served: ConfiguredListener.ServedProtocol, _ tls: ConfiguredListener.TLSMode, _ configuration: Configuration
    ) -> SocketEndpoint? {
        for listener in configuration.listeners
        where listener.servedProtocol == served && listener.tls == tls && served.isServed {
            if case .endpoint(let endpoint) = listener.place { return endpoint }
        }
        return nil
    }

    /// Each field's lines as one, the newest first, as they stand.
    static func receivedFields(_ lines: [String]) -> [String] {
        var fields: [String] = []
        var isReceived = false
        for line in lines.prefix(while: { !$0.isEmpty }) {
            if line.first == " " || line.first == "\t" {
                if isReceived { fields[fields.count - 1] += " " + line.drop { $0 == " " || $0 == "\t" } }
            } else {
                isReceived = line.lowercased().hasPrefix("received:")
                if isReceived { fields.append(line) }
            }
        }
        return fields
    }
}
