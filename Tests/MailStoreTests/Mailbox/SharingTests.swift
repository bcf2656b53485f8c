import AgentTestSupport
import Directory
import MailCore
import Storage
import Testing

@testable import MailStore

/// Mailboxes that several accounts use.
@Suite struct SharingTests {
    /// Ana shares; Bob and Carla may.
    struct People {
        let test: TestStore
        let ana: AccountID
        let bob: AccountID
        let carla: AccountID

        init(_ test: TestStore) async throws {
            self.test = test
            ana = try await test.addAccount("ana@example.test")
            bob = try await test.addAccount("bob@example.test")
            carla = try await test.addAccount("carla@other.test")
            try await test.mailStore.create("Team/Plans", for: ana, now: TestStore.now)
        }

        func key(_ name: String) async throws -> MailboxKey {
            try #require(try await test.mailStore.resolve(name, for: ana)).key
        }

        func share(
            _ name: String, with party: String, _ rights: String, _ side: MailStore.AccessSide = .granted
        ) async throws {
            let who = try #require(try await test.mailStore.party(named: party))
            let rights = try #require(AccessRights(letters: rights.utf8))
            try await test.mailStore.changeAccess(to: try await key(name), of: who, side, .replace(rights))
        }

        /// What an account sees beyond its own, with its rights.
        func seen(_ account: AccountID) async throws -> [String] {
            try await test.mailStore.list(for: account).filter { $0.namespace != .personal }.map {
                "\($0.name) \($0.rights)"
            }
        }
    }

    @Test func oneSeesWhatIsShared() async throws {
        try await withTestStore { test in
            let people = try await People(test)
            try await people.share("Team/Plans", with: "bob@example.test", "lrs")
            #expect(try await people.seen(people.bob) == ["Users/ana@example.test/Team/Plans lrs"])
            #expect(try await people.seen(people.carla) == [])
            #expect(try await people.seen(people.ana) == [])
            let name = "Users/ana@example.test/Team/Plans"
            let plans = try #require(try await test.mailStore.resolve(name, for: people.bob))
            let key = try await people.key("Team/Plans")
            #expect(plans.key == key)
            #expect(plans.refusal(of: .read) == nil)
            #expect(plans.refusal(of: .insert) == .noPermission)
            #expect(try await test.mailStore.resolve(name, for: people.carla) == nil)
            #expect(try await test.mailStore.resolve(name, for: people.ana) == nil)
            #expect(try await test.mailStore.resolve("Shared/ana@example.test/Team/Plans", for: people.bob) == nil)
            #expect(try await test.mailStore.resolve("Users/ANA@example.test/Team/Plans", for: people.bob) == nil)
        }
    }

    @Test func everyKindOfParty() async throws {
        try await withTestStore { test in
            let people = try await People(test)
            let seen = ["Users/ana@example.test/Team lr"]
            try await people.share("Team", with: "anyone", "lr")
            #expect(try await people.seen(people.bob) == seen)
            #expect(try await people.seen(people.carla) == seen)
            try await people.share("Team", with: "anyone", "")
            try await people.share("Team", with: "@other.test", "lr")
            #expect(try await people.seen(people.bob) == [])
            #expect(try await people.seen(people.carla) == seen)
            try await people.share("Team", with: "@other.test", "")
            // A list's members are meant, also by an alias and a list within the list.
            try await test.addAlias("b@example.test", to: "bob@example.test")
            try await test.addList("inner@example.test", members: "b@example.test", "x@elsewhere.example")
            try await test.addList("team@example.test", members: "inner@example.test")
            try await people.share("Team", with: "team@example.test", "lr")
            #expect(try await people.seen(people.bob) == seen)
            #expect(try await people.seen(people.carla) == [])
            let entries = try await test.mailStore.accessList(of: try await people.key("Team"))
            #expect(entries.map(\.name) == ["team@example.test"])
            #expect(try await test.mailStore.party(named: "nobody@example.test") == nil)
            #expect(try await test.mailStore.party(named: "b@example.test") == nil)
            #expect(try await test.mailStore.party(named: "bob") == .party(.account(people.bob)))
        }
    }

    @Test func rightsAddUpAndAreTaken() async throws {
        try await withTestStore { test in
            let people = try await People(test)
            try await people.share("Team", with: "anyone", "lr")
            try await people.share("Team", with: "bob@example.test", "wi")
            #expect(try await people.seen(people.bob) == ["Users/ana@example.test/Team lrwi"])
            try await people.share("Team", with: "bob@example.test", "r", .denied)
            #expect(try await people.seen(people.bob) == ["Users/ana@example.test/Team lwi"])
            // Without a right that tells of it, it is not there.
            try await people.share("Team", with: "bob@example.test", "lwi", .denied)
            let team = try await test.mailStore.resolve("Users/ana@example.test/Team", for: people.bob)
            #expect(team?.rights == .read)
            #expect(team?.refusal(of: .insert) == .nonExistent)
            try await people.share("Team", with: "bob@example.test", "lrwi", .denied)
            #expect(try await test.mailStore.resolve("Users/ana@example.test/Team", for: people.bob) == nil)
            #expect(try await people.seen(people.bob) == [])
            #expect(try await people.seen(people.carla) == ["Users/ana@example.test/Team lr"])
        }
    }

    @Test func theOwnerKeepsAllRights() async throws {
        try await withTestStore { test in
            let people = try await People(test)
            await #expect(throws: MailStoreError.ownerKeepsRights) {
                try await people.share("Team", with: "ana@example.test", "lr")
            }
            await #expect(throws: MailStoreError.ownerKeepsRights) {
                try await people.share("Team", with: "ana@example.test", "l", .denied)
            }
            try await people.share("Team", with: "ana@example.test", "lrswipkxtea")
            try await people.share("Team", with: "anyone", "lrw", .denied)
            #expect(try await test.mailStore.resolve("Team", for: people.ana)?.rights == .all)
        }
    }

    /// What each right lets another account do with the store's own functions.
    @Test func makingDeletingAndRenaming() async throws {
        try await withTestStore { test in
            let people = try await People(test)
            let prefix = "Users/ana@example.test/Team"
            try await people.share("Team", with: "bob@example.test", "lr")
            func make(_ name: String) async throws {
                try await test.mailStore.create(name, for: people.bob, now: TestStore.now)
            }
            await #expect(throws: MailStoreError.notPermitted("\(prefix)/New")) { try await make("\(prefix)/New") }
            try await people.share("Team", with: "bob@example.test", "lrkx")
            try await make("\(prefix)/New/Deep")
            // It has the list of what is above it (RFC 4314 §4).
            #expect(try await people.seen(people.bob).contains("\(prefix)/New/Deep lrkx"))
            await #expect(throws: MailStoreError.notPermitted("Users/ana@example.test/Top")) {
                try await make("Users/ana@example.test/Top")
            }
            await #expect(throws: MailStoreError.noSuchMailbox("\(prefix)/Plans")) {
                try await test.mailStore.delete("\(prefix)/Plans", for: people.bob)
            }
            try await test.mailStore.rename("\(prefix)/New", to: "\(prefix)/N", for: people.bob, now: TestStore.now)
            #expect(try await test.mailStore.resolve("Team/N/Deep", for: people.ana) != nil)
            await #expect(throws: MailStoreError.cannotRename("\(prefix)/N", to: "N")) {
                try await test.mailStore.rename("\(prefix)/N", to: "N", for: people.bob, now: TestStore.now)
            }
            try await test.mailStore.delete("\(prefix)/N/Deep", for: people.bob)
            #expect(try await test.mailStore.resolve("Team/N/Deep", for: people.ana) == nil)
        }
    }

    @Test func aTeamsMailboxes() async throws {
        try await withTestStore { test in
            let people = try await People(test)
            let office = try await test.addAccount("office@example.test")
            try await test.mailStore.show(office, in: .shared)
            let inbox = MailboxKey(account: office, mailbox: .inbox)
            let anyone = AccessParty.anyone
            let rights = try #require(AccessRights(letters: "lrswik".utf8))
            try await test.mailStore.changeAccess(to: inbox, of: anyone, .granted, .replace(rights))
            #expect(try await people.seen(people.bob) == ["Shared/office@example.test/INBOX lrswik"])
            // At its top what INBOX lets one do is let.
            try await test.mailStore.create("Shared/office@example.test/2026/May", for: people.bob, now: TestStore.now)
            #expect(
                try await people.seen(people.carla) == [
                    "Shared/office@example.test/2026 lrswik", "Shared/office@example.test/2026/May lrswik",
                    "Shared/office@example.test/INBOX lrswik",
                ])
        }
    }

    /// An address may have a `/`, which parts no levels in a mailbox's name.
    @Test func ownersWithASlash() async throws {
        try await withTestStore { test in
            let people = try await People(test)
            let odd = try await test.addAccount("a/b@example.test")
            let inbox = MailboxKey(account: odd, mailbox: .inbox)
            try await test.mailStore.changeAccess(to: inbox, of: .anyone, .granted, .add([.lookup, .read]))
            let name = "Users/a\u{2044}b@example.test/INBOX"
            #expect(try await people.seen(people.bob) == ["\(name) lr"])
            #expect(try await test.mailStore.resolve(name, for: people.bob)?.key == inbox)
            #expect(try await test.mailStore.resolve("Users/a/b@example.test/INBOX", for: people.bob) == nil)
        }
    }

    /// Who is gone has no rights and shares nothing.
    @Test func removedAccounts() async throws {
        try await withTestStore { test in
            let people = try await People(test)
            try await people.share("Team", with: "bob@example.test", "lr")
            try await people.share("Team", with: "carla@other.test", "lr")
            _ = try await test.directory.removeAccount(try address("bob@example.test"))
            let entries = try await test.mailStore.accessList(of: try await people.key("Team"))
            #expect(entries.map(\.name) == ["carla@other.test"])
            _ = try await test.directory.removeAccount(try address("ana@example.test"))
            #expect(try await people.seen(people.carla) == [])
            #expect(try await test.count("SELECT count(*) FROM acl") == 0)
        }
    }
}
