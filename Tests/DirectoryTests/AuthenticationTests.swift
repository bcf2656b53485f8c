import MailCore
import Testing

@testable import Directory

@Suite struct AuthenticationTests {
    private func furnish(_ directory: Directory) async throws {
        try await directory.addDomain(try domain("example.test"))
        try await directory.addDomain(try domain("other.test"))
        try await directory.addAccount("ana@example.test")
        try await directory.addAccount("bob@other.test")
        try await directory.addAlias("sales@example.test", "ana@example.test")
        try await directory.addList("news@example.test", "ana@example.test")
    }

    private func login(_ directory: Directory, _ user: String, _ password: Password) async -> String {
        switch await directory.verify(user: user, password: password) {
        case .accepted(let account): account.address.written
        case .refused: "refused"
        case .unavailable: "unavailable"
        }
    }

    @Test func namesAndPasswords() async throws {
        try await withDirectory { directory in
            try await furnish(directory)
            let right = Directory.testPassword
            let table: [(String, Password, String)] = [
                ("ana@example.test", right, "ana@example.test"),
                ("ANA@EXAMPLE.TEST", right, "ana@example.test"),
                ("ana", right, "ana@example.test"),
                ("bob@other.test", right, "bob@other.test"),
                ("ana@example.test", Password("wrong horse battery"), "refused"),
                ("ana@example.test", Password(""), "refused"),
                ("ana@example.test", Password(right.text + " "), "refused"),
                ("ana@example.test", Password("\u{0}"), "refused"),
                ("ana@example.test", Password(String(repeating: "x", count: 100_000)), "refused"),
                // A bare name belongs to the primary domain, whoever else has it.
                ("bob", right, "refused"),
                // What is no account.
                ("sales@example.test", right, "refused"),
                ("news@example.test", right, "refused"),
                ("ana+tag@example.test", right, "refused"),
                ("nobody@example.test", right, "refused"),
                ("ana@elsewhere.example", right, "refused"),
                ("", right, "refused"),
                ("@", right, "refused"),
                ("ana@", right, "refused"),
                ("ana\u{0}@example.test", right, "refused"),
                ("' OR 1=1 --", right, "refused"),
                (String(repeating: "a", count: 5_000), right, "refused"),
            ]
            for (user, password, expected) in table {
                #expect(await login(directory, user, password) == expected, "\(user.prefix(40))")
                // Again: a remembered answer is the same.
                #expect(await login(directory, user, password) == expected, "\(user.prefix(40))")
            }
        }
    }

    @Test func disabledAccountsAreRefusedAtOnce() async throws {
        try await withDirectory { directory in
            try await furnish(directory)
            let ana = try address("ana@example.test")
            #expect(await login(directory, "ana", Directory.testPassword) == "ana@example.test")
            try await directory.setState(ana, to: .disabled)
            #expect(await login(directory, "ana", Directory.testPassword) == "refused")
            try await directory.setState(ana, to: .enabled)
            #expect(await login(directory, "ana", Directory.testPassword) == "ana@example.test")
        }
    }

    @Test func theOldPasswordEndsWithTheNewOne() async throws {
        try await withDirectory { directory in
            try await furnish(directory)
            let new = Password("another long password")
            #expect(await login(directory, "ana", Directory.testPassword) == "ana@example.test")
            try await directory.setPassword(try address("ana@example.test"), to: new)
            #expect(await login(directory, "ana", Directory.testPassword) == "refused")
            #expect(await login(directory, "ana", new) == "ana@example.test")
        }
    }

    @Test func renamedAndRemovedAccounts() async throws {
        try await withDirectory { directory in
            try await furnish(directory)
            #expect(await login(directory, "ana", Directory.testPassword) == "ana@example.test")
            try await directory.renameAccount(try address("ana@example.test"), to: try address("eva@example.test"))
            #expect(await login(directory, "ana", Directory.testPassword) == "refused")
            #expect(await login(directory, "eva", Directory.testPassword) == "eva@example.test")
            try await directory.removeAccount(try address("eva@example.test"))
            #expect(await login(directory, "eva", Directory.testPassword) == "refused")
        }
    }

    @Test func rightLoginsAreRememberedForAWhile() async throws {
        let clock = TestClock()
        try await withDirectory(clock: clock.clock) { directory in
            try await furnish(directory)
            let key = directory.logins.key(name: "ana", password: Directory.testPassword.text)
            #expect(directory.logins.login(key, nowSeconds: clock.clock.monotonicSeconds()) == nil)
            #expect(await login(directory, "ana", Directory.testPassword) == "ana@example.test")
            #expect(directory.logins.login(key, nowSeconds: clock.clock.monotonicSeconds()) != nil)
            clock.advance(bySeconds: directory.limits.cachedLoginSeconds)
            #expect(directory.logins.login(key, nowSeconds: clock.clock.monotonicSeconds()) == nil)
            #expect(await login(directory, "ana", Directory.testPassword) == "ana@example.test")
        }
    }

    @Test func tooManyAtOnceAreToldToComeBack() async throws {
        var limits = DirectoryLimits.forTests
        limits.hashesAtOnceMax = 1
        limits.hashesWaitingMax = 2
        try await withDirectory(limits: limits) { directory in
            try await furnish(directory)
            let outcomes = await withTaskGroup(of: AuthenticationResult.self) { group in
                for number in 0..<40 {
                    group.addTask { await directory.verify(user: "ana", password: Password("wrong \(number)")) }
                }
                return await group.reduce(into: [:]) { $0[$1, default: 0] += 1 }
            }
            #expect(outcomes[.refused, default: 0] >= 3)
            #expect(outcomes[.refused, default: 0] + outcomes[.unavailable, default: 0] == 40)
            #expect(await login(directory, "ana", Directory.testPassword) == "ana@example.test")
        }
    }

    @Test func manyAtOnceAreAllAnsweredRight() async throws {
        try await withDirectory { directory in
            try await furnish(directory)
            let outcomes = await withTaskGroup(of: Bool.self) { group in
                for number in 0..<60 {
                    group.addTask {
                        let password = number % 3 == 0 ? Password("wrong \(number)") : Directory.testPassword
                        let result = await directory.verify(user: "ana", password: password)
                        guard case .accepted = result else { return number % 3 == 0 }
                        return number % 3 != 0
                    }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
            #expect(outcomes.allSatisfy { $0 })
        }
    }
}
