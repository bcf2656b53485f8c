import Foundation
import MailCore
import Storage
import Synchronization
import Testing

@testable import Directory

@Suite struct AccountAdministrationTests {
    private struct HookFailure: Error {}

    @Test func addShowChange() async throws {
        try await withDirectory { directory in
            try await directory.addDomain(try domain("example.test"))
            let ana = try address("Ana@example.test")
            var new = NewAccount(address: ana)
            new.name = "Ana García"
            new.quotaBytes = 1 << 30
            new.language = "es"
            new.role = .administrator
            let made = try await directory.addAccount(new, password: Directory.testPassword)
            #expect(made.address == "Ana@example.test")
            #expect(made.name == "Ana García")
            #expect(made.quotaBytes == 1 << 30)
            #expect(made.language == "es")
            #expect(made.role == .administrator)
            #expect(made.state == .enabled)
            #expect(try await directory.account(try address("ana@EXAMPLE.test")) == made)
            #expect(try await directory.account(made.accountID) == made)
            #expect(try await directory.account(AccountID(rawValue: 99)) == nil)
            #expect(try await directory.setQuota(ana, toBytes: 0).quotaBytes == 0)
            #expect(try await directory.setState(ana, to: .disabled).state == .disabled)
            #expect(try await directory.setRole(ana, to: .user).role == .user)
            let changed = try await directory.setProfile(ana, name: "A.", language: "en")
            #expect([changed.name, changed.language] == ["A.", "en"])
            let coded = try JSONDecoder().decode(AccountSummary.self, from: try JSONEncoder().encode(changed))
            #expect(coded == changed)
        }
    }

    @Test func whatIsRefused() async throws {
        try await withDirectory { directory in
            try await directory.addDomain(try domain("example.test"))
            try await directory.addAccount("ana@example.test")
            try await directory.addAlias("sales@example.test", "ana@example.test")
            let ana = try address("ana@example.test")
            let table: [(String, DirectoryError)] = [
                ("ANA@example.test", .addressExists(try address("ANA@example.test"), .account)),
                ("sales@example.test", .addressExists(try address("sales@example.test"), .alias)),
                ("bob@elsewhere.example", .unknownDomain(try domain("elsewhere.example"))),
            ]
            for (text, error) in table {
                await #expect(throws: error) { try await directory.addAccount(text) }
            }
            await #expect(throws: DirectoryError.badPassword(.tooShort(minimum: 8))) {
                try await directory.addAccount(
                    NewAccount(address: try address("bob@example.test")), password: Password("short"))
            }
            await #expect(throws: DirectoryError.badPassword(.tooShort(minimum: 8))) {
                try await directory.setPassword(ana, to: Password("short"))
            }
            await #expect(throws: DirectoryError.badQuota(-1)) { try await directory.setQuota(ana, toBytes: -1) }
            await #expect(throws: DirectoryError.textTooLong(octetsMax: 1000)) {
                try await directory.setProfile(ana, name: String(repeating: "x", count: 1001), language: "")
            }
            let sales = try address("sales@example.test")
            await #expect(throws: DirectoryError.unknownAccount("sales@example.test")) {
                try await directory.removeAccount(sales)
            }
            #expect(try await directory.accounts().count == 1)
        }
    }

    @Test func numbersAreNeverGivenAgain() async throws {
        try await withDirectory { directory in
            try await directory.addDomain(try domain("example.test"))
            let first = try await directory.addAccount("ana@example.test")
            try await directory.removeAccount(try address("ana@example.test"))
            let second = try await directory.addAccount("ana@example.test")
            #expect(second.id > first.id)
        }
    }

    @Test func hooksAreInTheSameTransaction() async throws {
        let seen = Mutex<[String]>([])
        let hooks = Directory.Hooks(
            accountCreated: { id, transaction in
                guard id.rawValue != 2 else { throw HookFailure() }
                let address = try transaction.first(
                    "SELECT address FROM account WHERE id = ?1", .integer(id.rawValue)
                ) { $0.text(0) }
                seen.withLock { $0.append("created \(address ?? "")") }
            },
            accountRemoved: { id, transaction in
                let address = try transaction.first(
                    "SELECT address FROM account WHERE id = ?1", .integer(id.rawValue)
                ) { $0.text(0) }
                seen.withLock { $0.append("removed \(address ?? "")") }
            })
        try await withDirectory(hooks: hooks) { directory in
            try await directory.addDomain(try domain("example.test"))
            try await directory.addAccount("ana@example.test")
            await #expect(throws: HookFailure.self) { try await directory.addAccount("bob@example.test") }
            #expect(try await directory.outcome("bob@example.test") == "unknownUser")
            try await directory.removeAccount(try address("ana@example.test"))
            #expect(seen.withLock { $0 } == ["created ana@example.test", "removed ana@example.test"])
            #expect(try await directory.accounts().isEmpty)
        }
    }

    /// Whoever gets the address next must not get what was meant for the one before.
    @Test func aRemovedAccountLeavesNothingBehind() async throws {
        try await withDirectory { directory in
            let ours = try domain("example.test")
            try await directory.addDomain(ours)
            try await directory.addAccount("ana@example.test")
            try await directory.addAccount("ana+own@example.test")
            try await directory.addAccount("bob@example.test")
            try await directory.addAlias("both@example.test", "ana@example.test", "bob@example.test")
            try await directory.addAlias("only@example.test", "ana+tag@example.test")
            try await directory.addAlias("above@example.test", "only@example.test")
            try await directory.addAlias("kept@example.test", "ana+own@example.test")
            try await directory.addAlias("lookalike@example.test", "anab@elsewhere.example")
            try await directory.addList("news@example.test", "ana@example.test", owner: "ana@example.test")
            try await directory.setCatchAll(ours, to: try address("ana@example.test"))
            try await directory.setPostmaster(ours, to: try address("ana@example.test"))
            let before = try await directory.account(try address("ana@example.test"))
            #expect(before.reachedBy == ["both@example.test", "news@example.test", "only@example.test"])
            let removed = try await directory.removeAccount(try address("ana@example.test"))
            #expect(removed.addresses == ["ana@example.test", "only@example.test", "above@example.test"])
            #expect(Set(removed.changed) == ["both@example.test", "news@example.test"])
            let shown = try await directory.domain(ours)
            #expect(shown.catchAll == nil)
            #expect(shown.postmaster == nil)
            #expect(try await directory.list(try address("news@example.test")).owner == nil)
            #expect(
                try await directory.aliases().map(\.address).sorted() == [
                    "both@example.test", "kept@example.test", "lookalike@example.test",
                ])
            #expect(try await directory.outcome("ana@example.test") == "unknownUser")
        }
    }

    @Test func aRenamedAccountIsFollowed() async throws {
        try await withDirectory { directory in
            let ours = try domain("example.test")
            try await directory.addDomain(ours)
            try await directory.addDomain(try domain("other.test"))
            let made = try await directory.addAccount("ana@example.test")
            try await directory.addAccount("bob@example.test")
            try await directory.addAlias("x@example.test", "ana+tag@example.test", "ana@example.test")
            try await directory.addList("l@example.test", "ana@example.test", owner: "ana@example.test")
            try await directory.setCatchAll(ours, to: try address("ana@example.test"))
            let old = try address("ana@example.test")
            let taken = try address("bob@example.test")
            await #expect(throws: DirectoryError.addressExists(taken, .account)) {
                try await directory.renameAccount(old, to: taken)
            }
            let renamed = try await directory.renameAccount(old, to: try address("Eva@other.test"))
            #expect(renamed.id == made.id)
            #expect(renamed.address == "Eva@other.test")
            #expect(
                try await directory.alias(try address("x@example.test")).targets == [
                    "Eva+tag@other.test", "Eva@other.test",
                ])
            #expect(try await directory.list(try address("l@example.test")).owner == "Eva@other.test")
            #expect(try await directory.domain(ours).catchAll == "Eva@other.test")
            #expect(try await directory.outcome("ana@example.test") == "Eva@other.test")
            // Only the letters' case.
            let again = try await directory.renameAccount(
                try address("eva@other.test"), to: try address("EVA@other.test"))
            #expect(again.address == "EVA@other.test")
        }
    }

    @Test func listedByDomain() async throws {
        try await withDirectory { directory in
            try await directory.addDomain(try domain("example.test"))
            try await directory.addDomain(try domain("a.test"))
            try await directory.addAccountsWithoutPassword(["z@example.test", "b@a.test", "a@example.test"])
            #expect(try await directory.accounts().map(\.address) == ["a@example.test", "z@example.test", "b@a.test"])
            #expect(try await directory.accounts(in: try domain("a.test")).map(\.address) == ["b@a.test"])
            let unknown = try domain("x.test")
            await #expect(throws: DirectoryError.unknownDomain(unknown)) { try await directory.accounts(in: unknown) }
        }
    }

    /// The same address asked for twenty times at once is made once.
    @Test func oneOfManyWins() async throws {
        try await withDirectory { directory in
            try await directory.addDomain(try domain("example.test"))
            let wins = await withTaskGroup(of: Int.self) { group in
                for _ in 0..<20 {
                    group.addTask {
                        do {
                            try await directory.addAccount("ana@example.test")
                            return 1
                        } catch DirectoryError.addressExists {
                            return 0
                        } catch {
                            return 100
                        }
                    }
                }
                return await group.reduce(0, +)
            }
            #expect(wins == 1)
            #expect(try await directory.accounts().count == 1)
        }
    }
}
