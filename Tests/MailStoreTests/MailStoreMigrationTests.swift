import AgentTestSupport
import Delivery
import MailCore
import Storage
import Testing

@testable import MailStore

/// Mailboxes that version 4 of the tables has go on.
@Suite struct MailStoreMigrationTests {
    @Test func theHistoryBeginsWithTheMigration() async throws {
        let folder = TestFolder()
        let parts = MailSystemStore.parts.map { part in
            guard part.name == MailStore.schema.name else { return part }
            return SchemaPart(
                name: part.name, versions: Array(part.versions.prefix(4)), references: ["SELECT email FROM message"])
        }
        let old = try Store.open(folder: folder.path, parts: parts, describing: MailSystemStore.describing).store
        try await old.change { transaction in
            try transaction.run("INSERT INTO account_state VALUES (1, 9, 3, 3, 2, 1, 1)")
            try transaction.run("INSERT INTO mailbox VALUES (1, 1, 'INBOX', NULL, 1, 6, 9, 3, 3, 3, 0, 1)")
            for (uid, modSeq, touched) in [(Int64(2), Int64(8), Int64(1)), (3, 5, 0), (4, 6, 0)] {
                try transaction.run(
                    "INSERT INTO message VALUES (1, 1, ?1, ?2, 2, ?3, 0, '', ?1, ?1, 1, x'', ?4)", .integer(uid),
                    .integer(uid), .integer(modSeq), .integer(touched))
            }
            try transaction.run("INSERT INTO expunged VALUES (1, 1, 9, 5)")
            try transaction.run("INSERT INTO removed_mailbox VALUES (1, 7)")
        }
        await old.close()
        try await withTestStore(folder) { test in
            let account = AccountID(rawValue: 1)
            let emails = try await test.store.read {
                try MailStore.emails(inThread: ThreadID(rawValue: 2), of: account, in: $0)
            }
            #expect(emails == [2, 3, 4].map { EmailID(rawValue: $0) })
            for tick in [Int64(0), 5, 8] {
                let told = try await test.store.read {
                    try MailStore.emailChanges(
                        since: ChangePoint(ModSeq(rawValue: tick)), most: 10, account, in: $0)
                }
                #expect(told == .forgotten)
            }
            // From here on all is known, also of what was there before.
            let key = MailboxKey(account: account, mailbox: .inbox)
            _ = try await test.mailStore.setFlags(FlagChange(.add, .seen), of: .of(2), in: key)
            _ = try await test.mailStore.expunge(.all(.of(3)), from: key)
            let told = try await test.store.read {
                try MailStore.emailChanges(since: ChangePoint(ModSeq(rawValue: 9)), most: 10, account, in: $0)
            }
            guard case .known(let changes) = told else {
                Issue.record("forgotten")
                return
            }
            #expect(changes.created == [])
            #expect(changes.updated == [EmailID(rawValue: 2)])
            #expect(changes.destroyed == [EmailID(rawValue: 3)])
            #expect(try await test.mailStore.finishRemovals() == 1)
        }
    }
}
