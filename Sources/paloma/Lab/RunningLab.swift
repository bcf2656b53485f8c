import Admin
import DNSClient
import Glibc
import Lab
import MailCore
import ServerConfiguration
import TerminalOutput

/// The processes of a lab, from their start to their end.
struct RunningLab {
    /// What becomes of the folder.
    enum Ending: Sendable {
        case keepsFolder
        case removesFolder
    }

    private let state: LabState
    private let plan: LabPlan
    private let ending: Ending
    private let signals: LabSignals
    private let terminal = Terminal(.output)

    /// For a process to be ready.
    private static let startSecondsMax = 30.0

    init(_ state: LabState, _ plan: LabPlan, _ ending: Ending, signals: LabSignals) {
        self.state = state
        self.plan = plan
        self.ending = ending
        self.signals = signals
    }

    /// Starts everything, and ends it when a signal comes or one of the processes ends by itself.
    func run() async throws {
        var children: [ChildProcess] = []
        do {
            children.append(try await startNameServer())
            for server in state.servers { children.append(try await startMailServer(server)) }
            LabNotice(state: state, plan: plan, terminal: terminal).show()
            try await watch(children)
        } catch {
            await end(children)
            throw error
        }
        await end(children)
        // Ctrl-C stands in the line already.
        if terminal.isScreen { terminal.line() }
        terminal.line("The lab has ended.")
    }

    /// Returns when a signal came; throws when a process has ended by itself.
    private func watch(_ children: [ChildProcess]) async throws {
        while !signals.haveCome {
            if let fallen = children.first(where: { !$0.isRunning }) { throw RunningLab.complaint(fallen) }
            try? await Task.sleep(for: .milliseconds(100))
        }
    }

    private func end(_ children: [ChildProcess]) async {
        for child in children.reversed() { await child.stop() }
        switch ending {
        case .keepsFolder: try? stoppedState.write(folder: plan.folder)
        case .removesFolder: LabFile.removeFolder(plan.folder)
        }
    }

    private var stoppedState: LabState {
        var state = state
        state.process = 0
        return state
    }

    // MARK: Starting

    private func startNameServer() async throws -> ChildProcess {
        let configuration = NameServerConfiguration(endpoint: plan.nameServer, folder: plan.nameServerFolder, zones: [])
        let child = try ChildProcess(
            "the name server", program: NameServerConfiguration.program, arguments: configuration.arguments,
            logFile: plan.logFile("dns"))
        try await ready(child) { await PortProbe.answers(plan.nameServer) }
        return child
    }

    private func startMailServer(_ server: LabState.Server) async throws -> ChildProcess {
        let child = try ChildProcess(
            server.hostname, program: try RunningLab.ownProgram(),
            arguments: ["serve", "--config", server.configurationFile], logFile: plan.logFile(server.domain))
        let socket = try Configuration.load(file: server.configurationFile).controlSocketPath
        try await ready(child) {
            // It is made when all listeners listen.
            guard let client = AdminClient(socketPath: socket) else { return false }
            return (try? client.perform(.ping) { _ in }) != nil
        }
        return child
    }

    private func ready(_ child: ChildProcess, _ answers: () async -> Bool) async throws {
        let isReady = try await LabClock.waits(seconds: RunningLab.startSecondsMax) {
            guard !signals.haveCome else { throw LabError("the lab was stopped while it started") }
            guard child.isRunning else { throw RunningLab.complaint(child) }
            return await answers()
        }
        guard isReady, child.isRunning else {
            let complaint = RunningLab.complaint(child)
            await child.stop()
            throw complaint
        }
    }

    private static func complaint(_ child: ChildProcess) -> LabError {
        let said = LabFile.lastLines(5, of: child.logFile)
        return LabError(
            "\(child.name) does not run\n\(said)",
            advice: "when a port is taken already, choose other ones: paloma lab --port-base 30000")
    }

    /// This program, wherever it was started from.
    private static func ownProgram() throws -> String {
        var path = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink("/proc/self/exe", &path, path.count)
        guard count > 0, count < path.count else { throw LabError("this program's own file is not found") }
        return String(decoding: path.prefix(count).map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}
