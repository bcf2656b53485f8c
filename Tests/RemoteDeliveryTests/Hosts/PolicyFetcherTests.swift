import DNSClient
import MailCore
import NIOCore
import NIOPosix
import SenderAuthentication
import Testing

@testable import RemoteDelivery

@Suite(.timeLimit(.minutes(2))) struct PolicyFetcherTests {
    private let domain: Domain

    init() throws {
        domain = try #require(Domain("example.test"))
    }

    /// What comes of a server that answers this.
    private func fetch(
        _ answer: PolicyHost.Answer, hostname: String = "mta-sts.example.test", time: Duration = .seconds(20)
    ) async throws -> Result<MTASTSPolicy, PolicyFetchFailure> {
        let host = try await PolicyHost.start(hostname: hostname) { _ in answer }
        let result = await Self.result(try host.fetcher(time: time), domain)
        try await host.server.stop()
        return result
    }

    private static func result(
        _ fetcher: PolicyFetcher, _ domain: Domain
    ) async -> Result<MTASTSPolicy, PolicyFetchFailure> {
        do throws(PolicyFetchFailure) {
            return .success(try await fetcher.fetch(domain))
        } catch {
            return .failure(error)
        }
    }

    @Test func policyIsRead() async throws {
        let host = try await PolicyHost.start { _ in .policy(PolicyHost.policy) }
        let policy = try await host.fetcher().fetch(domain)
        #expect(policy.mode == .enforce)
        #expect(policy.maxAgeSeconds == 604_800)
        #expect(policy.allows(try #require(Domain("mx.example.test"))))
        let lines = try await host.server.received()
        #expect(lines.first == "GET /.well-known/mta-sts.txt HTTP/1.1")
        #expect(lines.contains { $0.lowercased() == "host: mta-sts.example.test" })
        try await host.server.stop()
    }

    @Test(arguments: ["text/plain", "TEXT/plain; charset=utf-8", "text/plain ;charset=us-ascii"])
    func contentTypesThatAreTaken(_ type: String) async throws {
        let response = PolicyHost.response(PolicyHost.policy, type: type)
        #expect(try await fetch(.octets(response)).get().mode == .enforce)
    }

    /// RFC 8461 §3.2: so that nobody who may upload something to a web site publishes a policy.
    @Test(arguments: ["text/html", "", "text/plainer", "application/octet-stream"])
    func contentTypesThatAreNot(_ type: String) async throws {
        let response = PolicyHost.response(PolicyHost.policy, type: type)
        #expect(try await fetch(.octets(response)).failure == .contentType(type))
    }

    @Test func noContentType() async throws {
        let response = PolicyHost.response(PolicyHost.policy, type: nil)
        #expect(try await fetch(.octets(response)).failure == .contentType(""))
    }

    /// RFC 8461 §3.3: 200 and nothing else; redirects are not followed.
    @Test(arguments: [201, 203, 204, 206, 301, 302, 307, 308, 404, 500])
    func otherStatus(_ status: Int) async throws {
        let location = "\(status) X\r\nLocation: https://mta-sts.example.test/.well-known/mta-sts.txt"
        let host = try await PolicyHost.start { _ in .octets(PolicyHost.response(PolicyHost.policy, status: location)) }
        #expect(await Self.result(try host.fetcher(), domain).failure == .status(status))
        #expect(try await host.requestCount == 1)
        try await host.server.stop()
    }

    @Test func size() async throws {
        let filler = String(repeating: "x", count: 65_536 - PolicyHost.policy.utf8.count - 2 - 2 - 2)
        let largest = "\(PolicyHost.policy)\r\nf:\(filler)"
        #expect(try await fetch(.policy(largest)).get().mode == .enforce)
        #expect(try await fetch(.policy(largest + "x")).failure == .tooLarge)
        // Without a length in front.
        let endless = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n" + largest + largest
        #expect(try await fetch(.octets(endless)).failure == .tooLarge)
    }

    @Test func otherFramings() async throws {
        let head = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
        #expect(try await fetch(.octets("\(head)\r\n\(PolicyHost.policy)")).get().mode == .enforce)
        let size = String(PolicyHost.policy.utf8.count, radix: 16)
        let chunked = "\(head)Transfer-Encoding: chunked\r\n\r\n\(size)\r\n\(PolicyHost.policy)\r\n0\r\n"
        #expect(try await fetch(.octets(chunked)).get().mode == .enforce)
    }

    @Test func cutOff() async throws {
        let response = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 1000\r\n\r\n\(PolicyHost.policy)"
        for octets in [response, "HTTP/1.1 200 OK", "", "220 mail.example.test ESMTP"] {
            guard case .connectionLost? = try await fetch(.octets(octets)).failure else {
                Issue.record("\(octets) was taken")
                continue
            }
        }
    }

    @Test func malformed() async throws {
        #expect(try await fetch(.policy("<html></html>")).failure == .malformed(.syntax))
        #expect(try await fetch(.policy("version: STSv2")).failure == .malformed(.version))
    }

    @Test func slowHost() async throws {
        #expect(try await fetch(.silence, time: .milliseconds(300)).failure == .timedOut)
    }

    @Test func cancelled() async throws {
        let host = try await PolicyHost.start { _ in .silence }
        let fetcher = try host.fetcher()
        let domain = domain
        let task = Task { await Self.result(fetcher, domain) }
        task.cancel()
        #expect(await task.value.failure == .cancelled)
        try await host.server.stop()
    }

    @Test(arguments: ["example.test", "other.example.test", "mta-sts.example.org", "*.test"])
    func certificateForAnother(_ name: String) async throws {
        guard case .notVerified(let reason)? = try await fetch(.policy(PolicyHost.policy), hostname: name).failure
        else {
            Issue.record("\(name) was taken")
            return
        }
        #expect(reason.contains("mta-sts.example.test"))
    }

    @Test func wildcardCertificate() async throws {
        #expect(try await fetch(.policy(PolicyHost.policy), hostname: "*.example.test").get().mode == .enforce)
    }

    /// Nothing is asked of a host that is not the one that was meant.
    @Test func unknownAuthority() async throws {
        let host = try await PolicyHost.start { _ in .policy(PolicyHost.policy) }
        let failure = await Self.result(try host.fetcher(roots: .system), domain).failure
        guard case .notVerified? = failure else {
            Issue.record("\(String(describing: failure))")
            return
        }
        #expect(try await host.server.received().isEmpty)
        try await host.server.stop()
    }

    @Test func noTLS() async throws {
        let server = try await FakeServer.start(greeting: "") { _, _ in .sayAndClose(PolicyHost.response("")) }
        let host = PolicyHost(server: server, roots: .system)
        let failure = await Self.result(try host.fetcher(time: .seconds(2)), domain).failure
        #expect(failure != nil)
        try await server.stop()
    }

    @Test func addresses() async throws {
        let host = try await PolicyHost.start { _ in .policy(PolicyHost.policy) }
        let known = try host.fetcher()
        func fetcher(_ addresses: Result<[IPAddress], DNSError>) -> PolicyFetcher {
            PolicyFetcher(
                addresses: { name in name.ascii == "mta-sts.example.test" ? addresses : .failure(.timedOut) },
                roots: known.roots, port: known.port, group: known.group)
        }
        // Nobody listens at the first ones.
        let addresses = try ["::1", "127.0.0.2", "127.0.0.1"].map { try #require(IPAddress($0)) }
        #expect(await Self.result(fetcher(.success(addresses)), domain).failure == nil)
        #expect(
            await Self.result(fetcher(.failure(.noData(.insecure))), domain).failure == .noAddress(.noData(.insecure)))
        let long = try #require(Domain((0..<4).map { _ in String(repeating: "a", count: 62) }.joined(separator: ".")))
        #expect(await Self.result(fetcher(.success(addresses)), long).failure == .noAddress(.notAName))
        try await host.server.stop()
    }
}
