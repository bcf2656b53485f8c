import AgentTestSupport
import DNSClient
import DNSTestSupport
import Logging
import MailCore
import MailQueue
import NIOCore
import NIOPosix
import SenderAuthentication
import Synchronization
import Testing

@testable import RemoteDelivery

@Suite(.timeLimit(.minutes(2))) struct MTASTSPoliciesTests {
    /// What the DNS says, and what time it is.
    private final class World: Sendable {
        private let state: Mutex<(record: MTASTSRecord?, seconds: Int64)>

        init(id: String?) {
            state = Mutex((id.flatMap { MTASTSRecord(id: $0) }, TestStore.now))
        }

        var record: MTASTSRecord? { state.withLock { $0.record } }
        var seconds: Int64 { state.withLock { $0.seconds } }

        func publish(_ id: String?) { state.withLock { $0.record = id.flatMap { MTASTSRecord(id: $0) } } }
        func pass(seconds: Int64) { state.withLock { $0.seconds += seconds } }
    }

    private static let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    private let domain: Domain

    init() throws {
        domain = try #require(Domain("example.test"))
    }

    private func policies(_ world: World, _ host: PolicyHost, _ test: TestStore) throws -> MTASTSPolicies {
        MTASTSPolicies(
            record: { _ in world.record }, fetcher: try host.fetcher(), store: test.store, now: { world.seconds },
            logger: Self.quiet)
    }

    private static func text(_ mode: String, maxAge: Int64 = 604_800) -> PolicyHost.Answer {
        .policy("version: STSv1\r\nmode: \(mode)\r\nmx: mx.example.test\r\nmax_age: \(maxAge)")
    }

    private static let missing = PolicyHost.Answer.octets(PolicyHost.response("", status: "404 Not Found"))

    @Test func withoutRecordNothingIsAskedFor() async throws {
        try await withTestStore { test in
            let host = try await PolicyHost.start { _ in Self.text("enforce") }
            let policies = try policies(World(id: nil), host, test)
            #expect(await policies.policy(of: domain) == nil)
            let literal = try #require(Domain("[192.0.2.1]"))
            #expect(await policies.policy(of: literal) == nil)
            #expect(try await host.requestCount == 0)
            try await host.server.stop()
        }
    }

    @Test func readOnceForEachId() async throws {
        try await withTestStore { test in
            let host = try await PolicyHost.start { Self.text($0 == 0 ? "testing" : "enforce") }
            let world = World(id: "1")
            let policies = try policies(world, host, test)
            for _ in 0..<3 { #expect(await policies.policy(of: domain)?.mode == .testing) }
            #expect(try await host.requestCount == 1)
            world.publish("2")
            for _ in 0..<3 { #expect(await policies.policy(of: domain)?.mode == .enforce) }
            #expect(try await host.requestCount == 2)
            // RFC 8461 §5.1: a record that is gone takes no policy away.
            world.publish(nil)
            #expect(await policies.policy(of: domain)?.mode == .enforce)
            #expect(try await host.requestCount == 2)
            try await host.server.stop()
        }
    }

    @Test func readOnceForAllWhoWait() async throws {
        try await withTestStore { test in
            let host = try await PolicyHost.start { _ in Self.text("enforce") }
            let policies = try policies(World(id: "1"), host, test)
            let modes = await withTaskGroup { group in
                for _ in 0..<20 { group.addTask { await policies.policy(of: domain)?.mode } }
                return await group.reduce(into: []) { $0.append($1) }
            }
            #expect(modes == Array(repeating: .enforce, count: 20))
            #expect(try await host.requestCount == 1)
            try await host.server.stop()
        }
    }

    /// The next one who waits reads it.
    @Test func whoIsCancelledIsReplaced() async throws {
        try await withTestStore { test in
            let host = try await PolicyHost.start { $0 == 0 ? .silence : Self.text("enforce") }
            let policies = try policies(World(id: "1"), host, test)
            let first = Task { await policies.policy(of: domain) }
            while try await host.requestCount == 0 { await Task.yield() }
            async let second = policies.policy(of: domain)
            first.cancel()
            #expect(await first.value == nil)
            #expect(await second?.mode == .enforce)
            try await host.server.stop()
        }
    }

    @Test func failureKeepsWhatIsKnownUntilItExpires() async throws {
        try await withTestStore { test in
            let host = try await PolicyHost.start { $0 == 0 ? Self.text("enforce", maxAge: 86_400) : Self.missing }
            let world = World(id: "1")
            let policies = try policies(world, host, test)
            #expect(await policies.policy(of: domain)?.mode == .enforce)
            world.publish("2")
            #expect(await policies.policy(of: domain)?.mode == .enforce)
            #expect(await policies.policy(of: domain)?.mode == .enforce)
            // RFC 8461 §3.3: not again within five minutes.
            #expect(try await host.requestCount == 2)
            world.pass(seconds: 300)
            #expect(await policies.policy(of: domain)?.mode == .enforce)
            #expect(try await host.requestCount == 3)
            world.pass(seconds: 86_100)
            #expect(await policies.policy(of: domain) == nil)
            #expect(try await host.requestCount == 4)
            try await host.server.stop()
        }
    }

    /// RFC 8461 §3.3: as though the domain had no policy.
    @Test func mailGoesOnWithoutAPolicyThatCannotBeRead() async throws {
        try await withTestStore { test in
            let host = try await PolicyHost.start { _ in Self.missing }
            let policies = try policies(World(id: "1"), host, test)
            #expect(await policies.policy(of: domain) == nil)
            #expect(await policies.policy(of: domain) == nil)
            #expect(try await host.requestCount == 1)
            try await host.server.stop()
        }
    }

    /// A policy that may not be kept holds for the mail that asked for it.
    @Test func maximalAgeOfNothing() async throws {
        try await withTestStore { test in
            let host = try await PolicyHost.start { _ in Self.text("enforce", maxAge: 0) }
            let policies = try policies(World(id: "1"), host, test)
            for count in 1...2 {
                #expect(await policies.policy(of: domain)?.mode == .enforce)
                #expect(try await host.requestCount == count)
            }
            try await host.server.stop()
        }
    }

    @Test func policiesSurviveARestart() async throws {
        let folder = TestFolder()
        let host = try await PolicyHost.start { $0 == 0 ? Self.text("enforce", maxAge: 1000) : Self.missing }
        let world = World(id: "1")
        try await withTestStore(folder) { test in
            let policies = try policies(world, host, test)
            #expect(await policies.policy(of: domain)?.mode == .enforce)
        }
        // Somebody blocks the record and the policy meanwhile.
        for id in [nil, "2"] {
            world.publish(id)
            try await withTestStore(folder) { test in
                let policies = try policies(world, host, test)
                let modes = await withTaskGroup { group in
                    for _ in 0..<8 { group.addTask { await policies.policy(of: domain)?.mode } }
                    return await group.reduce(into: []) { $0.append($1) }
                }
                #expect(modes == Array(repeating: .enforce, count: 8))
            }
        }
        world.publish(nil)
        world.pass(seconds: 1000)
        try await withTestStore(folder) { test in
            let policies = try policies(world, host, test)
            #expect(await policies.policy(of: domain) == nil)
        }
        try await host.server.stop()
    }

    /// RFC 8461 §10.2: daily, whatever the DNS says, so that a policy in use never gets old.
    @Test func policiesInUseAreRenewed() async throws {
        try await withTestStore { test in
            let host = try await PolicyHost.start { _ in Self.text("enforce", maxAge: 100_000) }
            let world = World(id: "1")
            let policies = try policies(world, host, test)
            for _ in 0..<2 { #expect(await policies.policy(of: domain)?.mode == .enforce) }
            world.pass(seconds: 86_399)
            await policies.refresh()
            #expect(try await host.requestCount == 1)
            world.pass(seconds: 1)
            world.publish(nil)
            await policies.refresh()
            #expect(try await host.requestCount == 2)
            world.pass(seconds: 86_400)
            // Nothing went to the domain since.
            await policies.refresh()
            #expect(try await host.requestCount == 2)
            #expect(await policies.policy(of: domain)?.mode == .enforce)
            try await host.server.stop()
        }
    }

    @Test(.enabled(if: NSDServer.isInstalled, "nsd is not installed: sudo apt-get install nsd ldnsutils"))
    func overTheDNS() async throws {
        let nsd = try NSDServer(zones: [
            TestZone(
                "example.test", records: "_mta-sts IN TXT \"v=STSv1; id=20260101\"\nmta-sts IN A 127.0.0.1\n"),
            TestZone("broken.test", .missing),
            TestZone(
                "twice.test",
                records: """
                    _mta-sts IN TXT "v=STSv1; id=1"
                    _mta-sts IN TXT "v=STSv1; id=2"
                    mta-sts IN A 127.0.0.1
                    """),
        ])
        let dns = try DNSClient(
            configuration: DNSClientConfiguration(servers: .these([try nsd.endpoint]), trustAnchors: .none))
        let host = try await PolicyHost.start { _ in Self.text("enforce") }
        try await withTestStore { test in
            let policies = MTASTSPolicies(
                dns: dns, store: test.store, roots: host.roots, port: try #require(host.server.address.port),
                group: MultiThreadedEventLoopGroup.singleton, now: { TestStore.now }, logger: Self.quiet)
            #expect(await policies.policy(of: domain)?.mode == .enforce)
            let kept = try await test.queue.policies(limit: 10)
            #expect(kept.map(\.domain) == ["example.test"])
            #expect(kept.map(\.id) == ["20260101"])
            for name in ["broken.test", "twice.test", "absent.test"] {
                let domain = try #require(Domain(name))
                #expect(await policies.policy(of: domain) == nil)
            }
            #expect(try await host.requestCount == 1)
        }
        try await host.server.stop()
    }
}
