import AgentTestSupport
import Delivery
import Directory
import Logging
import Logins
import NIOCore
import NIOPosix
import SMTP
import ServerRuntime

@testable import SMTPServer

/// A listener on a free loopback port, with a store of its own.
struct SMTPListener {
    let test: TestStore
    let server: Server<SMTPSession>
    let gate = ConnectionGate(limits: GateLimits())

    init(
        _ test: TestStore, role: Role = .mta, tls: ServerRuntime.TLSMode = .none, limits: SMTPLimits = SMTPLimits(),
        submission: SubmissionSettings = SubmissionSettings()
    ) async throws {
        self.test = test
        var listener = ListenerConfiguration(name: "smtp", address: .tcp(host: "127.0.0.1", port: 0), tls: tls) { _ in
            "421 4.3.2 Busy\r\n"
        }
        listener.graceSeconds = 0
        let tlsMode: SMTP.TLSMode =
            switch tls {
            case .none: .none
            case .startTLS: .startTLS
            case .implicit: .implicit
            }
        let logins: LoginPolicy = role != .submission ? .none : tlsMode == .none ? .allowsClearText : .requiresTLS
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let policy = SubmissionPolicy(
            desk: LoginDesk(
                listener: "smtp", directory: test.directory,
                loginGuard: LoginGuard(limits: submission.logins, monotonicSeconds: { 1_000 }), logger: logger),
            decoySecret: try await test.directory.scramDecoySecret(), sendingLimits: submission.sending,
            headerFrom: submission.headerFrom)
        let context = SMTPServerContext(
            configuration: SMTPServerConfiguration(
                hostname: "mail.example.test", role: role, tlsMode: tlsMode, limits: limits,
                extensions: [.standard, .requireTLS, .deliverBy, .futureRelease], logins: logins),
            directory: test.directory, delivery: test.delivery, store: test.store, logger: logger,
            metrics: SMTPServerMetrics(listener: "smtp"), submission: role == .submission ? policy : nil,
            now: { TestStore.now })
        server = Server(
            configuration: listener, group: MultiThreadedEventLoopGroup.singleton, gate: gate, logger: logger,
            makeSession: { SMTPSession(context, $0) })
        try await server.start()
    }

    /// One that has said hello.
    func client(_ hello: String = "EHLO client.example") async throws -> LoopbackClient {
        let client = try await connect()
        _ = await client.hear("\r\n")
        try await client.say("\(hello)\r\n")
        _ = await client.hear("250 ")
        _ = await client.hear("\r\n")
        return client
    }

    func connect() async throws -> LoopbackClient {
        guard let address = server.localAddress else { throw NotListening() }
        return try await LoopbackClient.connect(address)
    }

    struct NotListening: Error {}
}

/// What a listener for submission has of its own.
struct SubmissionSettings {
    var logins = LoginGuardLimits()
    var sending = SendingLimits()
    var headerFrom = SubmissionDesk.HeaderFrom.own

    /// Nobody waits.
    init() {
        logins.delaySecondsMax = 0
    }
}

/// A store and a listener for a test.
func withListener(
    _ folder: TestFolder = TestFolder(), role: Role = .mta, tls: ServerRuntime.TLSMode = .none,
    limits: SMTPLimits = SMTPLimits(), submission: SubmissionSettings = SubmissionSettings(),
    _ body: (SMTPListener) async throws -> Void
) async throws {
    try await withTestStore(folder) { test in
        let listener = try await SMTPListener(test, role: role, tls: tls, limits: limits, submission: submission)
        do {
            try await body(listener)
        } catch {
            await listener.server.stop()
            throw error
        }
        await listener.server.stop()
    }
}
