import AgentTestSupport
import Delivery
import Directory
import MailCore
import Storage
import Testing

@testable import MailStore

/// Numbers that were given once are not given to something else, whatever became of the database.
@Suite struct NumberTests {
    /// As when a backup is restored that was taken while Bob's account was made: the database is older than the log.
    @Test func anAccountThatIsLostInARestoreGivesItsNumberToNobody() async throws {
        let folder = TestFolder()
        try await withTestStore(folder) { try await $0.addAccount("ana@example.test") }
        try folder.saveDatabase()
        var bob = AccountID(rawValue: 0)
        try await withTestStore(folder) { test in
            bob = try await test.addAccount("bob@example.test")
            try await test.addAlias("info@example.test", to: "bob@example.test")
            try await test.deliver("\r\nfor Bob alone\r\n", to: "bob@example.test")
        }
        try folder.restoreDatabase()
        var carla = AccountID(rawValue: 0)
        try await withTestStore(folder) { test in
            carla = try await test.addAccount("carla@example.test")
            #expect(carla > bob)
            #expect(try await test.inbox(carla).isEmpty)
        }
        try folder.removeDatabase()
        #expect(try MailSystemStore.rebuild(folder.path).problems.isEmpty)
        try await withTestStore(folder) { test in
            let inbox = try await test.inbox(carla)
            #expect(inbox.isEmpty)
            let dora = try await test.addAccount("dora@example.test")
            #expect(dora > carla)
        }
    }

    @Test func aMailboxThatIsLostInARestoreGivesItsNumberToNone() async throws {
        let folder = TestFolder()
        var ana = AccountID(rawValue: 0)
        try await withTestStore(folder) { ana = try await $0.addAccount("ana@example.test") }
        try folder.saveDatabase()
        let account = ana
        let make: @Sendable (String, TestStore) async throws -> MailboxID = { name, test in
            try await test.store.change {
                try MailStore.createMailbox(name, account, specialUse: nil, UIDValidity(rawValue: 5), in: $0)
            }
        }
        var lost = MailboxID(rawValue: 0)
        try await withTestStore(folder) { test in
            _ = try await make("Work", test)
            lost = try await make("Play", test)
        }
        try folder.restoreDatabase()
        try await withTestStore(folder) { test in
            let work = try await make("Work", test)
            #expect(work.rawValue > lost.rawValue)
        }
    }

    @Test func aDeletedAccountGivesItsNumberToNobodyAfterARebuild() async throws {
        let folder = TestFolder()
        var gone = AccountID(rawValue: 0)
        try await withTestStore(folder) { test in
            try await test.addAccount("ana@example.test")
            gone = try await test.addAccount("gone@example.test")
            _ = try await test.directory.removeAccount(try address("gone@example.test"))
        }
        try folder.removeDatabase()
        #expect(try MailSystemStore.rebuild(folder.path).problems.isEmpty)
        try await withTestStore(folder) { test in
            let new = try await test.addAccount("new@example.test")
            #expect(new > gone)
        }
    }
}
