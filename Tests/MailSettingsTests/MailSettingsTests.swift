import AgentTestSupport
import Delivery
import Directory
import MailCore
import Storage
import Testing

@testable import MailSettings

@Suite struct MailSettingsTests {
    private func put(
        _ system: TestStore, _ account: AccountID, _ id: String?, _ text: String,
        _ kind: MailSettings.Kind = .identity
    ) async throws -> String {
        try await system.store.change { transaction in
            if let id { return try MailSettings.put(id, text, kind, of: account, in: transaction).id }
            return try MailSettings.create(text, kind, of: account, in: transaction).id
        }
    }

    private func remove(_ system: TestStore, _ account: AccountID, _ id: String) async throws {
        try await system.store.change { _ = try MailSettings.remove(id, .identity, of: account, in: $0) }
    }

    @Test func objectsAreMadeChangedAndRemoved() async throws {
        try await withTestStore { system in
            let ana = try await system.addAccount("ana@example.test")
            let bob = try await system.addAccount("bob@example.test")
            let settings = MailSettings(store: system.store)
            #expect(try await settings.list(.identity, of: ana).state == 0)
            let first = try await put(system, ana, nil, "one")
            let second = try await put(system, ana, nil, "two")
            #expect(try await put(system, bob, nil, "other") == first)
            #expect(try await put(system, ana, first, "changed") == first)
            try await remove(system, ana, second)
            let (objects, state) = try await settings.list(.identity, of: ana)
            #expect(objects.map(\.text) == ["changed"])
            #expect(state == 4)
            #expect(try await settings.list(.submission, of: ana).objects.isEmpty)
            #expect(try await settings.list(.identity, of: bob).objects.map(\.text) == ["other"])
        }
    }

    @Test func changesAreTold() async throws {
        try await withTestStore { system in
            let ana = try await system.addAccount("ana@example.test")
            let settings = MailSettings(store: system.store)
            func changes(_ state: Int64, limit: Int = 100) async throws -> MailSettings.Changes? {
                try await settings.changes(.identity, of: ana, since: state, limit: limit)
            }
            #expect(try await changes(0) == .init(newState: 0))
            #expect(try await changes(1) == nil)
            #expect(try await changes(-1) == nil)
            _ = try await put(system, ana, nil, "a")
            _ = try await put(system, ana, nil, "b")
            _ = try await put(system, ana, "1", "a2")
            #expect(try await changes(0) == .init(created: ["2", "1"], newState: 3))
            #expect(try await changes(2) == .init(updated: ["1"], newState: 3))
            try await remove(system, ana, "2")
            // Made and gone between: nobody has to hear of it.
            #expect(try await changes(0) == .init(created: ["1"], newState: 4))
            #expect(try await changes(2) == .init(updated: ["1"], destroyed: ["2"], newState: 4))
            // In pieces.
            let piece = try #require(try await changes(2, limit: 1))
            #expect(piece == .init(updated: ["1"], newState: 3, hasMore: true))
            #expect(try await changes(piece.newState, limit: 1) == .init(destroyed: ["2"], newState: 4))
        }
    }

    @Test func whatWentLongAgoIsForgotten() async throws {
        try await withTestStore { system in
            let ana = try await system.addAccount("ana@example.test")
            let settings = MailSettings(store: system.store)
            try await system.store.change { transaction in
                for _ in 0..<2010 {
                    let made = try MailSettings.create("x", .identity, of: ana, in: transaction)
                    try MailSettings.remove(made.id, .identity, of: ana, in: transaction)
                }
            }
            #expect(try await settings.changes(.identity, of: ana, since: 0, limit: 10_000) == nil)
            #expect(try await settings.changes(.identity, of: ana, since: 2000, limit: 10_000) != nil)
        }
    }

    @Test func allOfItSurvivesALostDatabase() async throws {
        let folder = TestFolder()
        try await withTestStore(folder) { system in
            let ana = try await system.addAccount("ana@example.test")
            for text in ["one", "two", "three"] { _ = try await put(system, ana, nil, text) }
            try await remove(system, ana, "2")
        }
        try folder.removeDatabase()
        #expect(try MailSystemStore.rebuild(folder.path).problems.isEmpty)
        try await withTestStore(folder) { system in
            let ana = AccountID(rawValue: 1)
            let settings = MailSettings(store: system.store)
            let (objects, state) = try await settings.list(.identity, of: ana)
            #expect(objects.map(\.text) == ["one", "three"])
            #expect(state == 4)
            #expect(
                try await settings.changes(.identity, of: ana, since: 3, limit: 10)
                    == .init(destroyed: ["2"], newState: 4))
        }
    }

    @Test func aRemovedAccountLeavesNothing() async throws {
        try await withTestStore { system in
            let ana = try await system.addAccount("ana@example.test")
            _ = try await put(system, ana, nil, "one")
            _ = try await system.directory.removeAccount(try address("ana@example.test"))
            #expect(try await system.count("SELECT count(*) FROM account_object") == 0)
            #expect(try await system.count("SELECT count(*) FROM account_object_state") == 0)
        }
    }
}
