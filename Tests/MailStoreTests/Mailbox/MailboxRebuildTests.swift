import AgentTestSupport
import Delivery
import Directory
import MailCore
import Storage
import Testing

@testable import MailStore

/// A database made anew from the log has what belongs to mailboxes.
@Suite struct MailboxRebuildTests {
    private static let tables: [StaticString] = [
        "SELECT account, mailbox, name, special_use, uid_validity FROM mailbox ORDER BY 1, 2",
        "SELECT * FROM subscription ORDER BY 1, 2", "SELECT * FROM acl ORDER BY 1, 2, 3, 4",
        "SELECT * FROM annotation ORDER BY 1, 2, 3, 4", "SELECT account, seen_in, uid_validity FROM account_state",
    ]

    /// All rows of those tables, for comparison.
    private static func contents(_ test: TestStore) async throws -> [[SQLValue]] {
        try await test.store.read { transaction in
            var rows: [[SQLValue]] = []
            for table in tables {
                try transaction.query(table) { row in rows.append((0..<row.count).map { row.value($0) }) }
            }
            return rows
        }
    }

    @Test func everythingComesBack() async throws {
        let folder = TestFolder()
        var before: [[SQLValue]] = []
        try await withTestStore(folder) { test in
            let people = try await SharingTests.People(test)
            try await people.share("Team", with: "bob@example.test", "lrkx")
            try await people.share("Team", with: "anyone", "w", .denied)
            try await people.share("Team/Plans", with: "@other.test", "lr")
            try await people.share("Team/Plans", with: "@other.test", "")
            try await test.mailStore.create("Users/ana@example.test/Team/New", for: people.bob, now: TestStore.now)
            try await test.mailStore.rename("Team/New", to: "Nuevo/Año", for: people.ana, now: TestStore.now)
            try await test.mailStore.create("Gone", for: people.ana, now: TestStore.now)
            try await people.share("Gone", with: "anyone", "lr")
            let gone = try await people.key("Gone")
            try await test.mailStore.annotate(.mailbox(gone), for: people.ana, [("/shared/comment", [65])])
            try await test.mailStore.delete("Gone", for: people.ana)
            try await test.mailStore.subscribe(people.bob, to: "Users/ana@example.test/Team")
            try await test.mailStore.unsubscribe(people.bob, from: "Trash")
            try await test.mailStore.show(people.carla, in: .shared)
            let team = AnnotationSubject.mailbox(try await people.key("Team"))
            try await test.mailStore.annotate(
                team, for: people.bob, [("/private/comment", Array("ñ".utf8)), ("/shared/comment", [0, 1, 2])])
            try await test.mailStore.annotate(.server, for: people.ana, [("/private/x", [65])])
            try await test.mailStore.annotate(.server, for: people.ana, [("/private/x", nil)])
            try await test.mailStore.annotate(team, for: people.ana, [("/private/specialuse", Array("\\Sent".utf8))])
            before = try await Self.contents(test)
        }
        try folder.removeDatabase()
        #expect(try MailSystemStore.rebuild(folder.path).problems == [])
        try await withTestStore(folder) { test async throws in
            #expect(try await Self.contents(test) == before)
            #expect(try await test.complaints() == [])
        }
    }

    /// A note of a version that knew a column which is gone.
    @Test func columnsThatAreGoneArePassedOver() async throws {
        let folder = TestFolder()
        try await withTestStore(folder) { test in
            let ana = try await test.addAccount("ana@example.test")
            try await test.store.change { transaction in
                let columns: [LogNote.Column] = [
                    .init(name: "account", value: .integer(ana.rawValue)), .init(name: "mailbox", value: 1),
                    .init(name: "name", value: "INBOX"), .init(name: "special_use", value: nil),
                    .init(name: "uid_validity", value: 7), .init(name: "uid_next", value: 1),
                    .init(name: "mod_seq", value: 1), .init(name: "messages", value: 0),
                    .init(name: "unseen", value: 0), .init(name: "octets", value: 0),
                    .init(name: "subscribed", value: 1),
                ]
                transaction.note(.rows(table: "mailbox", key: [columns[0]], rows: [columns]))
            }
        }
        try folder.removeDatabase()
        #expect(try MailSystemStore.rebuild(folder.path).problems == [])
        try await withTestStore(folder) { test in
            let ana = try await test.directory.accounts()[0].accountID
            #expect(try await test.mailStore.mailboxes(ana).map(\.uidValidity.rawValue) == [7])
        }
    }
}
