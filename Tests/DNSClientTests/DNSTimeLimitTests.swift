import DNSTestSupport
import MailCore
import Testing

@testable import DNSClient

/// A server that never answers.
@Suite struct DNSTimeLimitTests {
    let server: SilentDNSServer

    init() throws { server = try SilentDNSServer() }

    private func client(seconds: Double, limits: DNSLimits = DNSLimits()) throws -> DNSClient {
        let endpoint = try #require(SocketEndpoint("127.0.0.1:\(server.port)", defaultPort: 53))
        return try DNSClient(
            configuration: DNSClientConfiguration(
                servers: .these([endpoint]), trustAnchors: .none, lookupSecondsMax: seconds, limits: limits))
    }

    @Test func timesOut() async throws {
        let client = try client(seconds: 0.2)
        let begun = ContinuousClock.now
        // The second joins the first's question at libunbound, with a time limit of its own.
        async let first = client.outcome(name("correo.test"), .mx).failure
        async let second = client.outcome(name("correo.test"), .mx).failure
        #expect(await [first, second] == [.timedOut, .timedOut])
        #expect(ContinuousClock.now - begun >= .milliseconds(200))
    }

    @Test func cancelledTaskLeavesAtOnce() async throws {
        let client = try client(seconds: 600)
        let task = Task { await client.outcome(name("correo.test"), .mx) }
        let other = Task { await client.outcome(name("correo.test"), .mx) }
        task.cancel()
        #expect(await task.value.failure == .cancelled)
        other.cancel()
        #expect(await other.value.failure == .cancelled)
    }

    @Test func cancelledBefore() async throws {
        let client = try client(seconds: 600)
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return await client.outcome(name("correo.test"), .mx)
        }
        #expect(await task.value.failure == .cancelled)
    }

    @Test func lookupsAreLimited() async throws {
        var limits = DNSLimits()
        limits.lookupsMax = 8
        let client = try client(seconds: 1, limits: limits)
        let failures = await withTaskGroup(of: DNSError?.self) { group in
            for number in 0..<20 {
                group.addTask { await client.outcome(name("host\(number).test"), .a).failure }
            }
            return await group.reduce(into: [DNSError: Int]()) { counts, error in
                if let error { counts[error, default: 0] += 1 }
            }
        }
        #expect(failures == [.timedOut: 8, .tooManyLookups: 12])
    }

    @Test func waitersAreLimited() async throws {
        var limits = DNSLimits()
        limits.waitersMax = 3
        let client = try client(seconds: 1, limits: limits)
        let failures = await withTaskGroup(of: DNSError?.self) { group in
            for _ in 0..<5 { group.addTask { await client.outcome(name("host.test"), .a).failure } }
            return await group.reduce(into: [DNSError: Int]()) { counts, error in
                if let error { counts[error, default: 0] += 1 }
            }
        }
        #expect(failures == [.timedOut: 3, .tooManyLookups: 2])
    }

    @Test func clientsComeAndGo() async throws {
        for _ in 0..<20 {
            let client = try client(seconds: 600)
            let task = Task { await client.outcome(name("correo.test"), .mx) }
            task.cancel()
            #expect(await task.value.failure == .cancelled)
        }
    }

    @Test func whatCannotBeSetUpIsTold() throws {
        let error = #expect(throws: DNSSetupError.self) {
            try DNSClient(configuration: DNSClientConfiguration(trustAnchors: .files(["/nowhere/key"])))
        }
        #expect(error?.description.contains("/nowhere/key") == true)
        #expect(throws: DNSSetupError.self) {
            try DNSClient(configuration: DNSClientConfiguration(trustAnchors: .files(["/etc/passwd"])))
        }
    }
}

extension Result where Failure == DNSError {
    var failure: DNSError? {
        if case .failure(let error) = self { error } else { nil }
    }
}
