import MailCore
import SASL
import Storage
import Synchronization
import Testing

@testable import Directory

/// App passwords, sessions of browsers and second factors.
@Suite struct CredentialTests {
    /// A clock that tests turn.
    private final class TestClock: Sendable {
        let seconds = Mutex<Int64>(1_800_000_000)

        var clock: DirectoryClock {
            DirectoryClock(
                wallSeconds: { self.seconds.withLock { $0 } }, monotonicSeconds: { self.seconds.withLock { $0 } })
        }

        func advance(_ by: Int64) { seconds.withLock { $0 += by } }
    }

    private func withAna(
        _ clock: TestClock = TestClock(), limits: DirectoryLimits = .forTests,
        _ body: (Directory, AuthenticatedAccount) async throws -> Void
    ) async throws {
        try await withDirectory(limits: limits, clock: clock.clock) { directory in
            try await directory.addDomain(try domain("example.test"))
            let ana = try await directory.addAccount("ana@example.test")
            try await directory.addAccount("bob@example.test")
            try await body(
                directory, AuthenticatedAccount(id: ana.accountID, address: try address("ana@example.test")))
        }
    }

    // MARK: App passwords

    @Test func anAppPasswordLogsInAsItsAccountAlone() async throws {
        try await withAna { directory, ana in
            let made = try await directory.addAppPassword(named: "phone", to: ana.id)
            let text = made.password.text
            #expect(text.count == 19)
            for spelling in [text, text.uppercased(), text.replacing("-", with: ""), text.replacing("-", with: " ")] {
                #expect(await directory.verify(user: "ana", password: Password(spelling)) == .accepted(ana))
            }
            #expect(await directory.verify(user: "bob", password: made.password) == .refused)
            #expect(await directory.verify(user: "nobody", password: made.password) == .refused)
            #expect(await directory.verify(user: "ana", password: Password(text + "a")) == .refused)
            #expect(
                await directory.prove(user: "ana", password: made.password)
                    == .accepted(ProvenLogin(account: ana, means: .appPassword(made.summary.id))))
            // The account's own still works.
            #expect(await directory.verify(user: "ana", password: Directory.testPassword) == .accepted(ana))
        }
    }

    @Test func itsUseIsSeenAndItIsTakenBack() async throws {
        let clock = TestClock()
        try await withAna(clock) { directory, ana in
            let made = try await directory.addAppPassword(named: "phone", to: ana.id)
            let other = try await directory.addAppPassword(named: "laptop", to: ana.id)
            #expect(try await directory.appPasswords(of: ana.id).map(\.lastUsedSeconds) == [nil, nil])
            _ = await directory.verify(user: "ana", password: made.password)
            #expect(try await directory.appPasswords(of: ana.id).map(\.lastUsedSeconds) == [1_800_000_000, nil])
            try await directory.removeAppPassword(made.summary.id, of: ana.id)
            #expect(await directory.verify(user: "ana", password: made.password) == .refused)
            #expect(await directory.verify(user: "ana", password: other.password) == .accepted(ana))
            await #expect(throws: DirectoryError.unknownAppPassword("\(made.summary.id)")) {
                try await directory.removeAppPassword(made.summary.id, of: ana.id)
            }
        }
    }

    @Test func aDisabledAccountsAppPasswordIsRefused() async throws {
        try await withAna { directory, ana in
            let made = try await directory.addAppPassword(named: "phone", to: ana.id)
            #expect(await directory.verify(user: "ana", password: made.password) == .accepted(ana))
            try await directory.setState(ana.address, to: .disabled)
            #expect(await directory.verify(user: "ana", password: made.password) == .refused)
        }
    }

    @Test func thereIsALimit() async throws {
        var limits = DirectoryLimits.forTests
        limits.appPasswordsMax = 2
        try await withAna(limits: limits) { directory, ana in
            for name in ["a", "b"] { _ = try await directory.addAppPassword(named: name, to: ana.id) }
            await #expect(throws: DirectoryError.tooManyAppPasswords(limit: 2)) {
                _ = try await directory.addAppPassword(named: "c", to: ana.id)
            }
        }
    }

    // MARK: Sessions

    private func open(_ directory: Directory, _ password: Password = Directory.testPassword) async throws
        -> SessionToken
    {
        let login = await directory.logIn(
            user: "ana", password: password, code: nil, peer: "192.0.2.1", agent: "Test\u{0}\nBrowser")
        guard case .opened(_, let token) = login else { throw NotAnAddress(text: "\(login)") }
        return token
    }

    @Test func aSessionIsKnownByItsTokenAlone() async throws {
        try await withAna { directory, ana in
            let token = try await open(directory)
            #expect(try await directory.webSession(token)?.account == ana)
            let listed = try await directory.webSessions(of: ana.id)
            #expect(listed.map(\.peer) == ["192.0.2.1"])
            #expect(listed.map(\.agent) == ["TestBrowser"])
            let other = try #require(SessionToken(String(repeating: "A", count: 43)))
            #expect(try await directory.webSession(other) == nil)
            for text in ["", "short", String(repeating: "A", count: 44), String(repeating: "'", count: 43)] {
                #expect(SessionToken(text) == nil)
            }
            #expect("\(token)" == "SessionToken(redacted)")
        }
    }

    @Test func sessionsEnd() async throws {
        let clock = TestClock()
        try await withAna(clock) { directory, ana in
            let ended = try await open(directory)
            let id = try #require(try await directory.webSessions(of: ana.id).first?.id)
            #expect(try await directory.webSession(ended) != nil)
            #expect(try await directory.closeWebSession(id, of: ana.id))
            #expect(try await directory.webSession(ended) == nil)
            // Idle for 30 days.
            let idle = try await open(directory)
            let used = try await open(directory)
            for _ in 0..<30 {
                clock.advance(86_400)
                #expect(try await directory.webSession(used) != nil)
            }
            #expect(try await directory.webSession(idle) == nil)
            // At most 180 days, however often it is used.
            for _ in 0..<160 {
                clock.advance(86_400)
                _ = try await directory.webSession(used)
            }
            #expect(try await directory.webSession(used) == nil)
        }
    }

    @Test func aNewPasswordLogsAllBrowsersOutButOne() async throws {
        try await withAna { directory, ana in
            let first = try await open(directory)
            let second = try await open(directory)
            guard case .session(let kept) = try await directory.webSession(second)?.means else {
                Issue.record("no session")
                return
            }
            let new = Password("another long password")
            try await directory.setPassword(ana.address, to: new, keeping: kept)
            #expect(try await directory.webSession(first) == nil)
            #expect(try await directory.webSession(second) != nil)
            try await directory.setState(ana.address, to: .disabled)
            #expect(try await directory.webSession(second) == nil)
        }
    }

    @Test func theOldestSessionGivesWay() async throws {
        var limits = DirectoryLimits.forTests
        limits.webSessionsMax = 2
        try await withAna(limits: limits) { directory, ana in
            let first = try await open(directory)
            _ = try await open(directory)
            _ = try await open(directory)
            #expect(try await directory.webSessions(of: ana.id).count == 2)
            #expect(try await directory.webSession(first) == nil)
        }
    }

    @Test func anAppPasswordOpensNoSession() async throws {
        try await withAna { directory, ana in
            let made = try await directory.addAppPassword(named: "phone", to: ana.id)
            guard
                case .refused = await directory.logIn(
                    user: "ana", password: made.password, code: nil, peer: "", agent: "")
            else {
                Issue.record("it is in")
                return
            }
            #expect(try await directory.webSessions(of: ana.id).isEmpty)
        }
    }

    // MARK: Second factor

    /// Turns it on; what a phone would have.
    private func turnOn(
        _ directory: Directory, _ ana: AuthenticatedAccount, _ clock: TestClock
    ) async throws -> (phone: TimeBasedCode, recovery: [Password]) {
        let setup = try await directory.beginSecondFactor(of: ana)
        #expect(setup.uri.text.hasPrefix("otpauth://totp/ana@example.test?secret=\(setup.secret.text)&issuer="))
        let phone = TimeBasedCode(secret: try unbase32(setup.secret.text))
        let code = phone.code(of: TimeBasedCode.step(at: clock.clock.wallSeconds()))
        return (phone, try await directory.confirmSecondFactor(of: ana.id, code: code))
    }

    private func unbase32(_ text: String) throws -> [UInt8] {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
        var octets: [UInt8] = []
        var (held, bits) = (0, 0)
        for character in text {
            held = held << 5 | (try #require(alphabet.firstIndex(of: character)))
            bits += 5
            if bits >= 8 {
                bits -= 8
                octets.append(UInt8(truncatingIfNeeded: held >> bits))
                held &= (1 << bits) - 1
            }
        }
        return octets
    }

    @Test func withACodeThePasswordAloneLogsInNowhere() async throws {
        let clock = TestClock()
        try await withAna(clock) { directory, ana in
            #expect(try await directory.scramCredentials(user: "ana") != nil)
            #expect(await directory.verify(user: "ana", password: Directory.testPassword) == .accepted(ana))
            let app = try await directory.addAppPassword(named: "phone", to: ana.id)
            let (phone, recovery) = try await turnOn(directory, ana, clock)
            #expect(recovery.count == 10)
            #expect(await directory.verify(user: "ana", password: Directory.testPassword) == .refused)
            #expect(try await directory.scramCredentials(user: "ana") == nil)
            #expect(await directory.verify(user: "ana", password: app.password) == .accepted(ana))
            func logIn(_ code: String?) async -> String {
                switch await directory.logIn(
                    user: "ana", password: Directory.testPassword, code: code, peer: "", agent: "")
                {
                case .opened: "opened"
                case .codeNeeded: "codeNeeded"
                case .wrongCode: "wrongCode"
                case .refused: "refused"
                case .unavailable: "unavailable"
                }
            }
            #expect(await logIn(nil) == "codeNeeded")
            #expect(await logIn("000000") == "wrongCode")
            clock.advance(30)
            let code = phone.code(of: TimeBasedCode.step(at: clock.clock.wallSeconds()))
            #expect(await logIn(code) == "opened")
            // No code twice.
            #expect(await logIn(code) == "wrongCode")
            #expect(await logIn(recovery[3].text) == "opened")
            #expect(await logIn(recovery[3].text) == "wrongCode")
            #expect(try await directory.secondFactor(of: ana.id).recoveryCodesLeft == 9)
            await #expect(throws: DirectoryError.secondFactorIsOn) {
                _ = try await directory.beginSecondFactor(of: ana)
            }
            #expect(try await directory.endSecondFactor(of: ana.id))
            #expect(await directory.verify(user: "ana", password: Directory.testPassword) == .accepted(ana))
            #expect(try await directory.scramCredentials(user: "ana") != nil)
        }
    }

    @Test func itIsNotOnBeforeACodeHasShownThatItArrived() async throws {
        try await withAna { directory, ana in
            await #expect(throws: DirectoryError.noSecondFactor) {
                _ = try await directory.confirmSecondFactor(of: ana.id, code: "000000")
            }
            _ = try await directory.beginSecondFactor(of: ana)
            #expect(try await directory.secondFactor(of: ana.id).state == .pending)
            #expect(await directory.verify(user: "ana", password: Directory.testPassword) == .accepted(ana))
            await #expect(throws: DirectoryError.wrongCode) {
                _ = try await directory.confirmSecondFactor(of: ana.id, code: "12")
            }
        }
    }

    @Test func aRemovedAccountLeavesNothing() async throws {
        let clock = TestClock()
        try await withAna(clock) { directory, ana in
            _ = try await directory.addAppPassword(named: "phone", to: ana.id)
            let token = try await open(directory)
            _ = try await turnOn(directory, ana, clock)
            try await directory.removeAccount(ana.address)
            #expect(try await directory.webSession(token) == nil)
            let left = try await directory.store.read { transaction in
                try transaction.first(
                    """
                    SELECT (SELECT count(*) FROM app_password) + (SELECT count(*) FROM web_session)
                        + (SELECT count(*) FROM second_factor)
                    """
                ) { $0.integer(0) }
            }
            #expect(left == 0)
        }
    }
}
