import AgentTestSupport
import DNSClient
import DNSTestSupport
import MailCore
import NIOCore
import NIOPosix
import SenderAuthentication
import ServerConfiguration
import Testing

@testable import RemoteDelivery

/// What a domain's MTA-STS policy makes of connections to its host, `mx.example.test`.
@Suite(
    .timeLimit(.minutes(2)),
    .enabled(if: NSDServer.isInstalled, "nsd is not installed: sudo apt-get install nsd ldnsutils"))
struct NetworkDialerTests {
    /// What came of opening a connection.
    private struct Attempt {
        var failure: DialFailure?
        /// Notices.
        var told: [String]
    }

    private enum HostTLS {
        case certificate(String)
        case nothing
    }

    private static func open(
        _ mode: String, names pattern: String = "mx.example.test", _ tls: HostTLS
    ) async throws -> Attempt {
        let authority = try TestAuthority(hostname: "mx.example.test")
        var context = authority.context
        var words = "STARTTLS,SIZE"
        switch tls {
        case .certificate(let name):
            if name != "mx.example.test" { context = try TestAuthority(hostname: name).context }
        case .nothing: words = "SIZE"
        }
        let mx = try await FakeServer.start(tls: context, script: FakeServer.willing(words))
        let web = try await PolicyHost.start { _ in
            .policy("version: STSv1\r\nmode: \(mode)\r\nmx: \(pattern)\r\nmax_age: 86400")
        }
        let nsd = try NSDServer(zones: [
            TestZone(
                "example.test",
                records: """
                    @ IN MX 10 mx
                    mx IN A 127.0.0.1
                    mta-sts IN A 127.0.0.1
                    _mta-sts IN TXT "v=STSv1; id=1"
                    """)
        ])
        let dns = try DNSClient(
            configuration: DNSClientConfiguration(servers: .these([try nsd.endpoint]), trustAnchors: .none))
        let log = LogRecorder()
        var attempt = Attempt(told: [])
        try await withTestStore { test in
            let group = MultiThreadedEventLoopGroup.singleton
            let now: @Sendable () -> Int64 = { TestStore.now }
            var configuration = OutboundConfiguration()
            configuration.port = try #require(mx.address.port)
            let policies = MTASTSPolicies(
                dns: dns, store: test.store, roots: web.roots, port: try #require(web.server.address.port),
                group: group, now: now, logger: log.logger)
            var parts = NetworkDialer.Parts(
                dns: dns, hostname: try #require(Domain("mail.client.test")), own: OwnAddresses(listeners: []),
                configuration: configuration, store: test.store, directory: test.directory, delivery: test.delivery,
                mtaSTS: policies, group: group, now: now, logger: log.logger)
            parts.roots = .certificates([authority.root])
            let route = Route(.exchangers(of: try #require(Domain("example.test"))))
            do throws(DialFailure) {
                let link = try await NetworkDialer(parts).open(route)
                await link.close()
            } catch {
                attempt.failure = error
            }
        }
        attempt.told = log.all.filter { $0.hasPrefix("notice") }
        try await mx.stop()
        try await web.server.stop()
        return attempt
    }

    @Test func enforcedAndMet() async throws {
        for pattern in ["mx.example.test", "*.example.test"] {
            let attempt = try await Self.open("enforce", names: pattern, .certificate("mx.example.test"))
            #expect(attempt.failure == nil)
            #expect(attempt.told.isEmpty)
        }
    }

    /// RFC 8461 §5: not delivered, and tried again later.
    @Test func enforcedAndNotMet() async throws {
        let attempts = [
            try await Self.open("enforce", .certificate("other.example.test")),
            try await Self.open("enforce", .nothing),
            try await Self.open("enforce", names: "mx2.example.test", .certificate("mx.example.test")),
        ]
        for attempt in attempts {
            #expect(attempt.failure?.reply.permanence == .temporary)
            #expect(attempt.failure?.reply.status.description == "4.7.5")
        }
    }

    @Test func testingStopsNothingAndTells() async throws {
        let met = try await Self.open("testing", .certificate("mx.example.test"))
        #expect(met.failure == nil)
        #expect(met.told.isEmpty)
        let attempts = [
            (try await Self.open("testing", .certificate("other.example.test")), "certificate was not accepted"),
            (try await Self.open("testing", .nothing), "the server does not offer TLS"),
            (
                try await Self.open("testing", names: "mx2.example.test", .certificate("mx.example.test")),
                "the policy does not name the host"
            ),
        ]
        for (attempt, reason) in attempts {
            #expect(attempt.failure == nil)
            #expect(attempt.told.count == 1)
            #expect(attempt.told.first?.contains("were it not in testing") == true)
            #expect(attempt.told.first?.contains(reason) == true, "\(attempt.told)")
        }
    }

    @Test func noneAsksForNothing() async throws {
        let attempt = try await Self.open("none", names: "mx2.example.test", .nothing)
        #expect(attempt.failure == nil)
        #expect(attempt.told.isEmpty)
    }
}
