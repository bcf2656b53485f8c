import AgentTestSupport
import Directory
import HTTPService
import Hummingbird
import JMAP
import JMAPServer
import JSON
import Logging
import Logins
import MailQueue
import MailSearch
import MailStore
import NIOCore
import NIOPosix
import ServerRuntime
import Testing

/// What an HTTP server answered.
struct HTTPReply {
    var status: String
    var head: String
    var body: String

    init(_ text: String) {
        let parts = text.split(separator: "\r\n\r\n", maxSplits: 1, omittingEmptySubsequences: false)
        head = String(parts[0])
        body = parts.count > 1 ? String(parts[1]) : ""
        status = String(head.split(separator: " ").dropFirst().first ?? "")
    }

    var json: JSONObject? { (try? JSONValue(parsing: body))?.object }

    /// `paloma=…`, as a browser would send it.
    var cookie: String? { field("set-cookie")?.split(separator: ";").first.map(String.init) }

    func field(_ name: String) -> String? {
        head.split(separator: "\r\n").first { $0.lowercased().hasPrefix(name + ": ") }.map {
            String($0.dropFirst(name.utf8.count + 2))
        }
    }
}

/// A server with logins and JMAP on a free port.
struct HTTPFixture: Sendable {
    let system: TestStore
    let address: SocketAddress
    let usesTLS: Bool

    func send(_ request: String, _ fields: [String] = [], body: String? = nil) async throws -> HTTPReply {
        let client = try await LoopbackClient.connect(address)
        if usesTLS { try await client.secure() }
        var lines = [request + " HTTP/1.1", "Host: mail.example.test", "Connection: close"] + fields
        if let body { lines.append("Content-Length: \(body.utf8.count)") }
        try await client.say(lines.joined(separator: "\r\n") + "\r\n\r\n" + (body ?? ""))
        return HTTPReply(await client.hearAll())
    }

    func post(_ path: String, _ body: String, _ fields: [String] = []) async throws -> HTTPReply {
        try await send("POST \(path)", ["Content-Type: application/json"] + fields, body: body)
    }

    func logIn(_ fields: [String] = []) async throws -> HTTPReply {
        try await post("/login", #"{"user":"ana@example.test","password":"correct horse battery"}"#, fields)
    }
}

/// Runs a server with the account ana@example.test.
func withHTTP(
    _ transport: HTTPAuthenticator.Transport = .clear(.taken), tls: TLSContextSource? = nil,
    guardLimits: LoginGuardLimits? = nil, jmapLimits: JMAPLimits = JMAPLimits(),
    methods: [JMAPMethod] = JMAPMethods.all, _ body: @escaping @Sendable (HTTPFixture) async throws -> Void
) async throws {
    try await withTestStore { system in
        try await system.addAccount("ana@example.test")
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        var limits = guardLimits ?? LoginGuardLimits()
        if guardLimits == nil { limits.delaySecondsMax = 0 }
        let loginGuard = LoginGuard(limits: limits, monotonicSeconds: { 0 })
        let authenticator = HTTPAuthenticator(
            directory: system.directory,
            desk: LoginDesk(listener: "http", directory: system.directory, loginGuard: loginGuard, logger: logger),
            listener: "http", transport: transport)
        let services = JMAPServices(
            store: system.store, mailStore: system.mailStore, directory: system.directory,
            search: MailSearch(store: system.store, mailStore: system.mailStore), delivery: system.delivery,
            queue: system.queue, signal: QueueSignal(), limits: jmapLimits, logger: logger, now: { TestStore.now },
            loginGuard: loginGuard)
        let router = HTTPServer.makeRouter()
        LoginRoutes.add(to: router, authenticator)
        JMAPRoutes(
            services: services, dispatcher: JMAPDispatcher(services: services, methods: methods),
            authenticator: authenticator, slots: RequestSlots(perAccountMax: jmapLimits.requestsMax)
        ).add(to: router)
        let (addresses, found) = AsyncStream.makeStream(of: SocketAddress.self)
        let server = HTTPServer(
            router: router, host: "127.0.0.1", port: 0, tls: tls, group: MultiThreadedEventLoopGroup.singleton,
            logger: logger,
            onListening: { address in
                if let address { found.yield(address) }
                found.finish()
            })
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.run() }
            for await address in addresses {
                try await body(HTTPFixture(system: system, address: address, usesTLS: tls != nil))
            }
            group.cancelAll()
        }
    }
}
