import AgentTestSupport
import Directory
import IMAP
import Logging
import MailCore
import MailSearch
import MailStore
import NIOCore
import NIOPosix
import SASL
import ServerRuntime
import Storage
import Testing

@testable import IMAPServer

/// A listener on a free loopback port, with a store of its own.
struct IMAPListener {
    let test: TestStore
    let server: Server<IMAPSession>
    let gate = ConnectionGate(limits: GateLimits())

    init(
        _ test: TestStore, tls: TLSMode = .none, logins: LoginGuardLimits = .forTests, connectionsPerAccount: Int = 20,
        capabilities: IMAPCapabilitySet = .all, changesHeldMax: Int = 1_000
    ) async throws {
        self.test = test
        var listener = ListenerConfiguration(name: "imap", address: .tcp(host: "127.0.0.1", port: 0), tls: tls) { _ in
            "* BYE [UNAVAILABLE] Busy\r\n"
        }
        listener.graceSeconds = 0
        var configuration = IMAPConfiguration()
        configuration.capabilities = capabilities
        configuration.jmapAddress = "https://mail.example.test/.well-known/jmap"
        let imapTLS: IMAPTLS
        switch tls {
        case .none:
            configuration.loginPolicy = .allowsClearText
            imapTLS = .unavailable
        case .startTLS: imapTLS = .available
        case .implicit: imapTLS = .active
        }
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        var context = IMAPServerContext(
            listener: "imap", configuration: configuration, tls: imapTLS, directory: test.directory,
            mailStore: test.mailStore, store: test.store,
            search: MailSearch(store: test.store, mailStore: test.mailStore), delivery: test.delivery,
            connections: AccountConnections(perAccountMax: connectionsPerAccount), recentClaims: RecentClaims(),
            decoySecret: try await test.directory.scramDecoySecret(),
            loginGuard: LoginGuard(limits: logins, monotonicSeconds: { 1_000 }), logger: logger,
            now: { TestStore.now })
        context.changesHeldMax = changesHeldMax
        let shared = context
        server = Server(
            configuration: listener, group: MultiThreadedEventLoopGroup.singleton, gate: gate, logger: logger,
            makeSession: { IMAPSession(shared, $0) })
        try await server.start()
    }

    /// One that has heard the greeting.
    func connect() async throws -> IMAPClient {
        let client = try await connectSilently()
        _ = await client.connection.hear("\r\n")
        return client
    }

    /// One that has not heard a word.
    func connectSilently() async throws -> IMAPClient {
        guard let address = server.localAddress else { throw NotListening() }
        return IMAPClient(connection: try await LoopbackClient.connect(address))
    }

    /// One that has said who it is.
    func login(_ user: String = "ana@example.test") async throws -> IMAPClient {
        let client = try await connect()
        try await client.ask("LOGIN \(user) \"\(TestStore.password.text)\"", "OK")
        return client
    }

    struct NotListening: Error {}
}

/// A store with Ana in it, and a listener, for a test.
func withListener(
    _ folder: TestFolder = TestFolder(), tls: TLSMode = .none, logins: LoginGuardLimits = .forTests,
    connectionsPerAccount: Int = 20, capabilities: IMAPCapabilitySet = .all,
    _ body: (IMAPListener, AccountID) async throws -> Void
) async throws {
    try await withTestStore(folder) { test in
        let known = try await test.directory.accounts().first
        let ana: AccountID
        if let known { ana = known.accountID } else { ana = try await test.addAccount("ana@example.test") }
        let listener = try await IMAPListener(
            test, tls: tls, logins: logins, connectionsPerAccount: connectionsPerAccount, capabilities: capabilities)
        do {
            try await body(listener, ana)
        } catch {
            await listener.server.stop()
            throw error
        }
        await listener.server.stop()
    }
}

extension LoginGuardLimits {
    /// Nobody waits.
    static var forTests: LoginGuardLimits {
        var limits = LoginGuardLimits()
        limits.delaySecondsMax = 0
        return limits
    }
}
