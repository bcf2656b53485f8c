import NIOCore
import Testing

@testable import ServerRuntime

@Suite struct ConnectionGateTests {
    private func address(_ text: String) throws -> SocketAddress {
        try SocketAddress(ipAddress: text, port: 1)
    }

    @Test func countsPerHostAndInAll() throws {
        var limits = GateLimits()
        limits.connectionsMax = 3
        limits.connectionsPerHostMax = 2
        let gate = ConnectionGate(limits: limits)
        let now = NIODeadline.uptimeNanoseconds(0)
        let a = try address("192.0.2.1")
        let b = try address("192.0.2.2")
        #expect(gate.enter(a, now: now) == nil)
        #expect(gate.enter(a, now: now) == nil)
        #expect(gate.enter(a, now: now) == .tooManyFromHost)
        #expect(gate.enter(b, now: now) == nil)
        #expect(gate.enter(b, now: now) == .full)
        gate.leave(a)
        #expect(gate.enter(a, now: now) == nil)
        #expect(gate.openCount == 3)
    }

    @Test func countsNewOnesPerMinute() throws {
        var limits = GateLimits()
        limits.newPerHostPerMinuteMax = 2
        let gate = ConnectionGate(limits: limits)
        let a = try address("192.0.2.1")
        for _ in 0..<2 {
            #expect(gate.enter(a, now: .uptimeNanoseconds(0)) == nil)
            gate.leave(a)
        }
        #expect(gate.enter(a, now: .uptimeNanoseconds(0)) == .tooFast)
        #expect(gate.enter(a, now: .uptimeNanoseconds(60_000_000_000)) == nil)
    }

    @Test(arguments: [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", true),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", false),
        ("::ffff:192.0.2.1", "192.0.2.1", true),
        ("192.0.2.1", "192.0.2.2", false),
    ])
    func whatIsOneHost(one: String, other: String, isSame: Bool) throws {
        #expect((HostKey(try address(one)) == HostKey(try address(other))) == isSame)
    }

    @Test(arguments: ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"])
    func loopback(text: String) throws {
        #expect(HostKey(try address(text))?.isLoopback == true)
        var limits = GateLimits()
        limits.connectionsPerHostMax = 0
        #expect(ConnectionGate(limits: limits).enter(try address(text), now: .uptimeNanoseconds(0)) == nil)
    }
}
