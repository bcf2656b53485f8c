import DNSClient
import MailCore
import NIOCore
import NIOPosix
import Synchronization
import Testing
import X509

@testable import RemoteDelivery

/// The web server of `example.test`'s policy, at a port of 127.0.0.1.
struct PolicyHost: Sendable {
    static let policy = "version: STSv1\r\nmode: enforce\r\nmx: mx.example.test\r\nmax_age: 604800"

    let server: FakeServer
    let roots: TrustRoots

    /// What it sends for a request, as it goes over the line.
    enum Answer: Sendable {
        case policy(String)
        case octets(String)
        case silence
    }

    /// - Parameter answer: for the request of this number, from 0 on.
    static func start(
        hostname: String = "mta-sts.example.test", _ answer: @escaping @Sendable (Int) -> Answer
    ) async throws -> PolicyHost {
        let authority = try TestAuthority(hostname: hostname)
        let requests = Requests()
        let server = try await FakeServer.start(greeting: "", tls: authority.context, implicit: true) { line, _ in
            guard line.isEmpty else { return .silence }
            switch answer(requests.next()) {
            case .policy(let text): return .sayAndClose(response(text))
            case .octets(let octets): return .sayAndClose(octets)
            case .silence: return .silence
            }
        }
        return PolicyHost(server: server, roots: .certificates([authority.root]))
    }

    /// With the CRLF that the server adds.
    static func response(_ text: String, status: String = "200 OK", type: String? = "text/plain") -> String {
        let typeField = type.map { "Content-Type: \($0)\r\n" } ?? ""
        return "HTTP/1.1 \(status)\r\n\(typeField)Content-Length: \(text.utf8.count + 2)\r\n\r\n\(text)"
    }

    /// Looks at this server, whatever the name.
    func fetcher(time: Duration = .seconds(20), roots: TrustRoots? = nil) throws -> PolicyFetcher {
        let address = try #require(IPAddress("127.0.0.1"))
        var limits = PolicyFetchLimits()
        limits.timeMax = time
        return PolicyFetcher(
            addresses: { _ in .success([address]) }, roots: roots ?? self.roots,
            port: try #require(server.address.port),
            group: MultiThreadedEventLoopGroup.singleton, limits: limits)
    }

    /// Requests that came.
    var requestCount: Int {
        get async throws { try await server.received().count { $0.hasPrefix("GET ") } }
    }

    private final class Requests: Sendable {
        private let count = Mutex(0)

        func next() -> Int {
            count.withLock { count in
                defer { count += 1 }
                return count
            }
        }
    }
}
