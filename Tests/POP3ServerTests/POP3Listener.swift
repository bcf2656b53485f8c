import AgentTestSupport
import Directory
import Logging
import MailCore
import MailStore
import NIOCore
import NIOPosix
import POP3
import SASL
import ServerRuntime
import Storage

@testable import POP3Server

/// A listener on a free loopback port, with a store of its own.
struct POP3Listener {
    let test: TestStore
    let server: Server<POP3Session>
    let gate = ConnectionGate(limits: GateLimits())
    let locks = MaildropLocks()

    init(_ test: TestStore, tls: TLSMode = .none, logins: LoginGuardLimits = .forTests) async throws {
        self.test = test
        var listener = ListenerConfiguration(name: "pop3", address: .tcp(host: "127.0.0.1", port: 0), tls: tls) { _ in
            "-ERR [SYS/TEMP] Busy\r\n"
        }
        listener.graceSeconds = 0
        var configuration = POP3Configuration()
        let pop3TLS: POP3TLS
        switch tls {
        case .none:
            configuration.loginPolicy = .allowsClearText
            pop3TLS = .unavailable
        case .startTLS: pop3TLS = .available
        case .implicit: pop3TLS = .active
        }
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let context = POP3ServerContext(
            listener: "pop3", configuration: configuration, tls: pop3TLS, directory: test.directory,
            mailStore: test.mailStore, store: test.store, locks: locks,
            decoySecret: try await test.directory.scramDecoySecret(),
            loginGuard: LoginGuard(limits: logins, monotonicSeconds: { 1_000 }), logger: logger)
        server = Server(
            configuration: listener, group: MultiThreadedEventLoopGroup.singleton, gate: gate, logger: logger,
            makeSession: { POP3Session(context, $0) })
        try await server.start()
    }

    /// One that has heard the greeting.
    func connect(receiveBufferOctets: Int? = nil) async throws -> LoopbackClient {
        guard let address = server.localAddress else { throw NotListening() }
        let client = try await LoopbackClient.connect(address, receiveBufferOctets: receiveBufferOctets)
        _ = await client.hear("\r\n")
        return client
    }

    /// One that has not heard a word.
    func connectSilently() async throws -> LoopbackClient {
        guard let address = server.localAddress else { throw NotListening() }
        return try await LoopbackClient.connect(address)
    }

    /// One that has said who it is; with the reply.
    func login(
        _ user: String = "ana@example.test", receiveBufferOctets: Int? = nil
    ) async throws -> (client: LoopbackClient, reply: String) {
        let client = try await connect(receiveBufferOctets: receiveBufferOctets)
        try await client.say("USER \(user)\r\nPASS \(TestStore.password.text)\r\n")
        _ = await client.hear("\r\n")
        return (client, await client.hear("\r\n"))
    }

    struct NotListening: Error {}
}

/// A store with Ana in it, and a listener, for a test.
func withListener(
    _ folder: TestFolder = TestFolder(), limits: StorageLimits = StorageLimits(), tls: TLSMode = .none,
    logins: LoginGuardLimits = .forTests,
    _ body: (POP3Listener, AccountID) async throws -> Void
) async throws {
    try await withTestStore(folder, limits: limits) { test in
        let known = try await test.directory.accounts().first
        let ana: AccountID
        if let known { ana = known.accountID } else { ana = try await test.addAccount("ana@example.test") }
        let listener = try await POP3Listener(test, tls: tls, logins: logins)
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

extension LoopbackClient {
    /// A command and its one line.
    func ask(_ command: String) async throws -> String {
        try await say("\(command)\r\n")
        return await hear("\r\n")
    }

    /// A command and its lines, with the first and without the last.
    func list(_ command: String) async throws -> [String] {
        try await say("\(command)\r\n")
        let text = await hear("\r\n.\r\n")
        return text.dropLast(2).split(separator: "\r\n").map(String.init)
    }
}
