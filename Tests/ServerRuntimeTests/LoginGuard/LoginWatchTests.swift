import NIOCore
import Testing

@testable import ServerRuntime

@Suite struct LoginWatchTests {
    private static func host(_ text: String) throws -> HostKey {
        try #require(HostKey(SocketAddress(ipAddress: text, port: 1)))
    }

    private static let ana = 1
    private static let ben = 2

    private var limits: LoginGuardLimits {
        var limits = LoginGuardLimits()
        limits.failuresPerHostMax = 4
        limits.failuresPerAccountMax = 6
        limits.windowSeconds = 100
        limits.banSeconds = 50
        limits.delaySecondsMax = 5
        return limits
    }

    @Test func answersBecomeSlowerAndThenStop() throws {
        var watch = LoginWatch(limits: limits)
        let host = try Self.host("192.0.2.1")
        #expect(watch.fail(host, account: Self.ana, password: 1, now: 10).delaySeconds == 1)
        #expect(watch.fail(host, account: Self.ben, password: 2, now: 11).delaySeconds == 2)
        #expect(watch.fail(host, account: Self.ana, password: 3, now: 12) == LoginFailure(delaySeconds: 4, ban: nil))
        #expect(watch.refusal(host, now: 12) == nil)
        #expect(watch.fail(host, account: nil, password: 4, now: 13).ban == .hostBanned(seconds: 50))
        #expect(watch.refusal(host, account: Self.ana, now: 14) == .hostBanned(seconds: 49))
        #expect(watch.refusal(try Self.host("192.0.2.2"), account: Self.ana, now: 14) == nil)
        #expect(watch.refusal(host, now: 63) == nil)
        // A new count begins with the ban.
        #expect(watch.fail(host, account: nil, password: 5, now: 64).ban == nil)
    }

    @Test func theWindowForgets() throws {
        var watch = LoginWatch(limits: limits)
        let host = try Self.host("192.0.2.1")
        for password in 0..<3 { _ = watch.fail(host, account: Self.ana, password: password, now: 10) }
        let later = watch.fail(host, account: Self.ana, password: 9, now: 110)
        #expect(later == LoginFailure(delaySeconds: 1, ban: nil))
    }

    /// A phone with an old password tries for ever.
    @Test func theSamePasswordAgainIsNoNewGuess() throws {
        var watch = LoginWatch(limits: limits)
        let host = try Self.host("192.0.2.1")
        for _ in 0..<50 {
            let failure = watch.fail(host, account: Self.ana, password: 7, now: 20)
            #expect(failure.ban == nil && failure.delaySeconds <= 5)
        }
        // Where the password is not known each counts.
        for _ in 0..<3 { _ = watch.fail(host, account: Self.ana, password: nil, now: 20) }
        #expect(watch.refusal(host, now: 20) == .hostBanned(seconds: 50))
    }

    @Test func manyHostsTogetherAreKeptFromAnAccountButNotItsUser() throws {
        var watch = LoginWatch(limits: limits)
        let home = try Self.host("198.51.100.7")
        watch.succeed(home, account: Self.ana)
        for number in 0..<6 {
            _ = watch.fail(try Self.host("192.0.2.\(number)"), account: Self.ana, password: number, now: 10)
        }
        let stranger = try Self.host("203.0.113.1")
        #expect(watch.refusal(stranger, account: Self.ana, now: 11) == .accountBanned(seconds: 49))
        #expect(watch.refusal(stranger, account: Self.ben, now: 11) == nil)
        #expect(watch.refusal(home, account: Self.ana, now: 11) == nil)
        #expect(watch.refusal(stranger, account: Self.ana, now: 61) == nil)
    }

    @Test func whoMistypesAtHomeShutsNobodyOut() throws {
        var watch = LoginWatch(limits: limits)
        let homes = try (0..<3).map { try Self.host("198.51.100.\($0)") }
        for home in homes { watch.succeed(home, account: Self.ana) }
        for (number, home) in homes.enumerated() {
            for guess in 0..<3 { _ = watch.fail(home, account: Self.ana, password: number * 10 + guess, now: 10) }
        }
        #expect(watch.refusal(try Self.host("203.0.113.1"), account: Self.ana, now: 11) == nil)
    }

    @Test func aNetworkOfIPv6IsOneHost() throws {
        var watch = LoginWatch(limits: limits)
        for number in 0..<4 {
            _ = watch.fail(try Self.host("2001:db8:1:2::\(number)"), account: nil, password: nil, now: 1)
        }
        #expect(watch.refusal(try Self.host("2001:db8:1:2:ffff::1"), now: 1) == .hostBanned(seconds: 50))
        #expect(watch.refusal(try Self.host("2001:db8:1:3::1"), now: 1) == nil)
    }

    @Test func loopbackIsWatchedUnlessItIsExempt() throws {
        for rule in [LoginGuardLimits.LoopbackRule.watched, .exempt] {
            var limits = limits
            limits.loopback = rule
            var watch = LoginWatch(limits: limits)
            let host = try Self.host("127.0.0.1")
            for _ in 0..<4 { _ = watch.fail(host, account: Self.ana, password: nil, now: 1) }
            #expect((watch.refusal(host, now: 1) == nil) == (rule == .exempt))
        }
    }

    @Test func memoryIsBounded() throws {
        var limits = limits
        limits.entriesMax = 100
        var watch = LoginWatch(limits: limits)
        for number in 0..<5_000 {
            let host = try Self.host("10.0.\(number / 250).\(number % 250)")
            _ = watch.fail(host, account: number, password: number, now: 1)
        }
        #expect(watch.count <= 200)
    }

    /// One that is banned stays so while others come and go, up to half of the table.
    @Test func aBanSurvivesOthers() throws {
        var limits = limits
        limits.entriesMax = 100
        var watch = LoginWatch(limits: limits)
        let host = try Self.host("192.0.2.1")
        for _ in 0..<4 { _ = watch.fail(host, account: nil, password: nil, now: 1) }
        for number in 0..<49 {
            _ = watch.fail(try Self.host("10.0.0.\(number)"), account: nil, password: nil, now: 1)
        }
        #expect(watch.refusal(host, now: 1) != nil)
    }

    @Test func whatIsSaid() {
        #expect(LoginRefusal.hostBanned(seconds: 60).text.hasSuffix("your address, try again in a minute"))
        #expect(LoginRefusal.accountBanned(seconds: 61).text.hasSuffix("this account, try again in 2 minutes"))
    }
}
