import Admin
import ArgumentParser
import Delivery
import Directory
import Glibc
import Logging
import NIOPosix
import Observability
import ServerConfiguration
import ServerRuntime
import ServiceLifecycle
import Storage
import TerminalOutput
import UnixSignals

/// `paloma serve`
struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run the mail system until it is stopped.",
        discussion: """
            SIGTERM and Ctrl-C stop it after the transactions under way; a second Ctrl-C at once. SIGHUP reads the \
            configuration and the certificate again: what can change while it runs is changed, a mistake is logged and \
            changes nothing.
            """)
    @Option(name: [.short, .long], help: ArgumentHelp("The configuration file.", valueName: "file"))
    var config: String?

    func run() async throws {
        var common = CommonOptions()
        common.config = config
        common.json = false
        let configuration = try common.load()
        guard AdminClient(socketPath: configuration.controlSocketPath) == nil else {
            throw Complaint(
                "a server with this configuration is running already",
                advice: "stop it first; it answers at \(configuration.controlSocketPath)")
        }
        let store = try StoreAccess.openStore(configuration)
        do {
            let server = try MailServer(configuration: configuration, store: store)
            try await server.run()
            await store.close()
        } catch {
            await store.close()
            throw Serve.complaint(error)
        }
    }

    private static func complaint(_ error: any Error) -> any Error {
        switch error {
        case is Complaint, is AdminFailure: error
        case is ListenerError: Complaint("\(error)", advice: Complaint.portAdvice)
        default: Complaint("\(error)")
        }
    }
}

extension Complaint {
    /// What helps when an address cannot be listened on.
    static let portAdvice =
        "see what listens there with ss -ltnp, or change the port in the configuration; ports below 1024 need root "
        + "or the capability CAP_NET_BIND_SERVICE"
}
