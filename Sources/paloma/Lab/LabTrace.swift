import Admin
import Lab
import ServerConfiguration
import TerminalOutput

/// What a server of the lab tells of a message: its trace, shown as it grows.
struct LabTrace {
    /// What became of a message that was to leave.
    enum Outcome {
        /// It was handed over, or filed here.
        case done
        /// Its sender was told that it failed, by the message with this queue id.
        case reported(String)
        /// It waits for another attempt.
        case waiting
    }

    private let server: LabState.Server
    private let socketPath: String
    private let screen: LabScreen

    /// For a message to leave or to arrive.
    private static let secondsMax = 60.0

    init(_ server: LabState.Server, _ configuration: Configuration, _ screen: LabScreen) {
        self.server = server
        socketPath = configuration.controlSocketPath
        self.screen = screen
    }

    /// Names the command that shows the same.
    private func showCommand(_ id: String) {
        screen.note("To see this again:")
        screen.command("\(LabCommand.programName) trace \(id) --config \(server.configurationFile)")
    }

    /// Shows what happens to a message until it has left the queue, or has to wait in it.
    func follow(_ id: String) async throws -> Outcome {
        var shown = 0
        var events: [TraceReport.Event] = []
        var isWaiting = false
        _ = try await LabClock.waits(seconds: LabTrace.secondsMax) {
            // First the queue: what a message left behind stands in the trace already.
            let entry = try queueEntry(id)
            if let trace = try trace(id) {
                events = trace.events
                show(trace, from: shown)
            }
            shown = events.count
            isWaiting = entry?.recipients.contains { $0.attempts > 0 } ?? false
            return entry == nil || isWaiting
        }
        showCommand(id)
        if let report = events.last(where: { $0.kind == "reported" })?.facts.first(where: { $0.name == "report" }) {
            return .reported(report.text)
        }
        return isWaiting || events.isEmpty ? .waiting : .done
    }

    /// Waits until the server has taken a message, and shows it.
    func showArrival(_ subject: String) async throws -> Bool {
        try await LabClock.waits(seconds: LabTrace.secondsMax) {
            guard let trace = try trace(subject) else { return false }
            show(trace, from: 0)
            showCommand(trace.id)
            return true
        }
    }

    private func show(_ trace: TraceReport, from first: Int) {
        for event in trace.events.dropFirst(first) {
            var single = trace
            single.events = [event]
            for line in TraceText.lines(single) {
                screen.text(line)
                if event.kind == "attempt", line.contains("TLS: "), let note = LabTrace.note(line) {
                    screen.note("        \(note)")
                }
            }
        }
    }

    /// What the words about TLS mean.
    private static func note(_ tls: String) -> String? {
        if tls.contains("DANE") { return "(DANE: the certificate is the one that the TLSA record names)" }
        if tls.contains("unverified") {
            return "(unverified: encrypted, but nobody vouches for the server's certificate)"
        }
        return nil
    }

    // MARK: Questions to the server

    private func trace(_ subject: String) throws -> TraceReport? {
        guard case .traces(let traces) = try ask(.trace(subject: subject, limit: 1)) else { return nil }
        return traces.first
    }

    /// nil when the queue does not have it.
    private func queueEntry(_ id: String) throws -> QueueReport? {
        guard case .queue(let entries, _)? = try? ask(.queueShow(id: id)) else { return nil }
        return entries.first
    }

    private func ask(_ request: AdminRequest) throws -> AdminResult {
        guard let client = AdminClient(socketPath: socketPath) else {
            throw LabError("\(server.hostname) does not answer", advice: "is the lab running?")
        }
        return try client.perform(request) { _ in }
    }
}
