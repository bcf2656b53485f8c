import CoreMetrics
import HTTPService
import Hummingbird
import Logging
import Monitor
import NIOCore
import NIOPosix
import Observability
import Testing

@Suite(.timeLimit(.minutes(1))) struct MonitorRoutesTests {
    /// Runs a server on a free port, sends it `request`, and returns all that it answers.
    private func answer(to request: String, health: Health = .ok) async throws -> String {
        let registry = PrometheusRegistry()
        Counter(label: "messages_total", dimensions: [], factory: registry).increment()
        let router = HTTPServer.makeRouter()
        MonitorRoutes.add(to: router, metrics: registry) { health }
        let (addresses, found) = AsyncStream.makeStream(of: SocketAddress.self)
        let server = HTTPServer(
            router: router, host: "127.0.0.1", port: 0, group: MultiThreadedEventLoopGroup.singleton,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            onListening: { address in
                if let address { found.yield(address) }
                found.finish()
            })
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.run() }
            var text = ""
            for await address in addresses { text = try await exchange(request, address) }
            group.cancelAll()
            return text
        }
    }

    private func exchange(_ request: String, _ address: SocketAddress) async throws -> String {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(to: address) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            try await outbound.write(ByteBuffer(string: request + "\r\nHost: a.test\r\nConnection: close\r\n\r\n"))
            var text = ""
            for try await part in inbound { text += String(buffer: part) }
            return text
        }
    }

    @Test func healthy() async throws {
        let text = try await answer(to: "GET /health HTTP/1.1")
        #expect(text.hasPrefix("HTTP/1.1 200 "))
        #expect(text.hasSuffix("\r\n\r\nok\n"))
    }

    @Test func failing() async throws {
        let text = try await answer(
            to: "GET /health HTTP/1.1", health: .failing(["store: \"disk\" full", "smtp\ndown"]))
        #expect(text.hasPrefix("HTTP/1.1 503 "))
        #expect(text.hasSuffix(#"{"status":"failing","reasons":["store: \"disk\" full","smtp\u000adown"]}"# + "\n"))
    }

    @Test func metrics() async throws {
        let text = try await answer(to: "GET /metrics HTTP/1.1")
        #expect(text.lowercased().contains("content-type: text/plain; version=0.0.4; charset=utf-8\r\n"))
        #expect(text.hasSuffix("\r\n\r\n# TYPE messages_total counter\nmessages_total 1\n"))
    }

    @Test func head() async throws {
        let text = try await answer(to: "HEAD /health HTTP/1.1")
        #expect(text.hasPrefix("HTTP/1.1 200 "))
        #expect(text.hasSuffix("\r\n\r\n"))
    }

    @Test(arguments: [
        ("GET / HTTP/1.1", "404"), ("GET /healthy HTTP/1.1", "404"), ("POST /health HTTP/1.1", "404"),
        ("nonsense", "400"),
    ])
    func anythingElse(request: String, status: String) async throws {
        let text = try await answer(to: request)
        #expect(text.hasPrefix("HTTP/1.1 \(status)"), "\(text)")
    }
}
