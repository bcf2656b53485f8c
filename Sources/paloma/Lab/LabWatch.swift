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

    /// A server with its configuration.
    private struct Place {
        let server: LabState.Server
        let configuration: Configuration

        init(_ address: EmailAddress, _ state: LabState) throws {
            guard let server = state.server(of: address) else {
                throw LabError(
                    "\(address.domain) is no domain of the lab",
                    advice: "it has \(state.servers.map(\.domain).joined(separator: " and "))")
            }
            self.server = server
            configuration = try Configuration.load(file: server.configurationFile)
        }

        var certificateFile: String { configuration.tls?.certificatePath ?? "" }

        func endpoint(
            _ served: ConfiguredListener.ServedProtocol, _ tls: ConfiguredListener.TLSMode
        ) throws -> SocketEndpoint {
            for listener in configuration.listeners
            where listener.servedProtocol == served && listener.tls == tls {
                if case .endpoint(let endpoint) = listener.place { return endpoint }
            }
            throw LabError(
                "\(server.hostname) has no listener for \(served.rawValue) with tls = \"\(tls.rawValue)\"",
                advice: "see \(server.configurationFile)")
        }
    }

    private let letter: LabLetter
    private let sending: Place
    private let receiving: Place
    private let screen = LabScreen()

    init(state: LabState, letter: LabLetter) throws {
        self.letter = letter
        sending = try Place(letter.sender, state)
        receiving = try Place(letter.recipient, state)
        guard sending.server.account == letter.sender.written else {
            throw LabError(
                "the lab knows no password of \(letter.sender)", advice: "--from \(sending.server.account) is possible")
        }
    }

    /// Sends the message, follows it and collects it, or the report about it.
    func run(_ way: Way) async throws {
        switch way {
        case .submitted:
            let id = try await submit()
            // Within one server there is nothing to look up and nobody to sign for.
            guard receiving.server != sending.server else { return try await showArrival() }
            _ = try await lookUp()
            switch try await follow(id) {
            case .done: try await showArrival()
            case .reported(let report): try await showReport(report)
            case .waiting: throw waits(id)
            }
        case .direct:
            try await handOver(to: try await lookUp())
            try await showArrival()
        }
    }

    // MARK: To the first server

    private func submit() async throws -> String {
        let server = sending.server
        screen.step(
            "\(letter.sender) hands the message to \(server.hostname)",
            "Submission (RFC 6409): a user's program speaks to the user's own server. C: is the client, S: the server.")
        let dialogue = SendingDialogue(
            role: .user(name: server.account, password: server.password), clientName: "[127.0.0.1]",
            hostname: server.hostname, certificateFile: sending.certificateFile)
        let id = try await send(dialogue, to: try sending.endpoint(.submission, .starttls), from: nil)
        guard let id else { throw LabError("\(server.hostname) has told no queue id") }
        return id
    }

    private func handOver(to host: SocketEndpoint) async throws {
        screen.step(
            "\(sending.server.hostname) hands the message to \(receiving.server.hostname)",
            "SMTP between servers (RFC 5321), spoken by the lab in the first one's place.")
        let dialogue = SendingDialogue(
            role: .server, clientName: sending.server.hostname, hostname: receiving.server.hostname,
            certificateFile: receiving.certificateFile)
        do {
            _ = try await send(dialogue, to: host, from: IPAddress(sending.server.address))
        } catch let error as LabError {
            throw LabError(
                error.description,
                advice: error.advice.isEmpty
                    ? "without --direct, the sending server tells this to its user in a report" : error.advice)
        }
    }

    private func send(
        _ dialogue: SendingDialogue, to endpoint: SocketEndpoint, from local: IPAddress?
    ) async throws -> String? {
        try await talk(to: endpoint, from: local) { connection in
            try await dialogue.send(
                from: letter.sender, to: letter.recipient, message: letter.octets, over: connection)
        }
    }

    // MARK: Between the servers

    private func lookUp() async throws -> SocketEndpoint {
        screen.step(
            "Where does mail for \(letter.recipient.domain) go? \(sending.server.hostname) asks the DNS",
            """
            MX names the host that takes the mail, A and AAAA say where it is, TLSA which certificate it has \
            (RFC 5321 §5.1, RFC 7672). The lab asks the same here, to show the answers.
            """)
        let names = try LabNames(sending.configuration, screen)
        return try await names.exchanger(of: letter.recipient.domain, port: sending.configuration.outbound.port)
    }

    private func follow(_ id: String) async throws -> LabTrace.Outcome {
        let trace = LabTrace(sending.server, sending.configuration, screen)
        screen.step(
            "\(sending.server.hostname) has it in its queue as \(id), and tries to deliver it",
            "From the trace that it keeps of every message.")
        return try await trace.follow(id)
    }

    private func waits(_ id: String) -> LabError {
        LabError(
            "\(id) waits in the queue of \(sending.server.hostname), which tries again by itself",
            advice:
                "to try at once: \(LabCommand.programName) queue retry \(id) --config \(sending.server.configurationFile)"
        )
    }

    // MARK: At its end

    private func showArrival() async throws {
        let (server, trace) = (receiving.server, LabTrace(receiving.server, receiving.configuration, screen))
        screen.step("\(server.hostname) files it", "From its own trace. Each server counts its messages for itself.")
        guard try await trace.showArrival(letter.messageID) else {
            throw LabError(
                "it has not arrived", advice: "see the lab's folder for what the servers wrote into their logs")
        }
        guard server.account == letter.recipient.written else {
            screen.note("The lab knows no password of \(letter.recipient): collect it with any mail program.")
            return
        }
        let lines = try await collect(at: receiving)
        screen.step(
            "The way it went",
            "Each server has put a Received line on top (RFC 5321 §4.4). Here, the first comes first.")
        for field in LabWatch.receivedFields(lines).reversed() { field.forEach(screen.text) }
        if receiving.server != sending.server { try await checkSignatures(lines) }
        screen.step("")
        screen.success("\(letter.messageID) has arrived.")
    }

    private func checkSignatures(_ lines: [String]) async throws {
        screen.step(
            "Is it really from \(letter.sender.domain)?",
            """
            A receiving server looks up the keys of the signatures (DKIM, RFC 6376), who may send for the domain (SPF, \
            RFC 7208), and what to do with the rest (DMARC, RFC 7489). The lab does it here.
            """)
        let names = try LabNames(receiving.configuration, screen)
        await LabSignatures(names, screen).check(lines, from: letter.sender.domain.ascii)
    }

    private func showReport(_ id: String) async throws {
        let trace = LabTrace(sending.server, sending.configuration, screen)
        screen.step(
            "It did not go: \(sending.server.hostname) writes a report to \(letter.sender)",
            """
            A delivery status notification (DSN, RFC 3464). It comes from <>, the empty address: nobody reports about a \
            report.
            """)
        guard try await trace.showArrival(id) else {
            throw LabError("the report has not arrived")
        }
        let lines = try await collect(at: sending)
        screen.step(
            "What it says to programs",
            "A report has three parts: words for people, these fields for programs, and the message that did not go.")
        LabReportReader(screen).explain(lines)
        screen.step("")
        screen.success("The report about \(letter.messageID) has arrived.")
    }

    /// Collects the message, or the report that has its Message-ID in it.
    private func collect(at place: Place) async throws -> [String] {
        let server = place.server
        screen.step(
            "\(server.account) collects it from \(server.hostname)", "POP3 (RFC 1939), the newest message first.")
        let dialogue = CollectingDialogue(
            name: server.account, password: server.password, hostname: server.hostname,
            certificateFile: place.certificateFile)
        let lines = try await talk(to: try place.endpoint(.pop3, .starttls), from: nil) { connection in
            try await dialogue.collect(
                where: { $0.contains { $0.contains(letter.messageID) } }, over: connection)
        }
        guard let lines else { throw LabError("other messages came after it", advice: "send again") }
        return lines
    }

    private func talk<Result>(
        to endpoint: SocketEndpoint, from local: IPAddress?, _ talk: (DialogueConnection) async throws -> Result
    ) async throws -> Result {
        let connection = try await DialogueConnection.open(to: endpoint, from: local) { [screen] in screen.say($0) }
        do {
            let result = try await talk(connection)
            await connection.close()
            return result
        } catch {
            await connection.close()
            throw error
        }
    }

    /// Each field's lines, the newest field first.
    static func receivedFields(_ lines: [String]) -> [[String]] {
        var fields: [[String]] = []
        var isReceived = false
        for line in lines.prefix(while: { !$0.isEmpty }) {
            if line.first == " " || line.first == "\t" {
                if isReceived { fields[fields.count - 1].append(line) }
            } else {
                isReceived = line.lowercased().hasPrefix("received:")
                if isReceived { fields.append([line]) }
            }
        }
        return fields
    }
}
