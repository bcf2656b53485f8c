import AgentTestSupport
import Delivery
import Directory
import MailCore
import Storage
import Testing

@testable import MailStore

/// Mailboxes go.
@Suite struct MailboxDeleteTests {
    /// Puts copies of a message into a mailbox.
    static func fill(_ test: TestStore, _ account: AccountID, _ mailbox: MailboxID, _ count: Int) async throws {
        let delivered = try await test.deliver("Subject: x\r\n\r\nx\r\n", to: "ana@example.test")
        try await test.store.change { transaction in
            let octets = try transaction.content(of: delivered.email)?.count ?? 0
            for uid in 1...count {
                let copy = FiledCopy(
                    account: account, mailbox: mailbox, uid: UID(rawValue: UInt32(uid)),
                    modSeq: ModSeq(rawValue: 1_000), thread: ThreadID(rawValue: 1), flags: [], keywords: [],
                    internalDate: 0, saveDate: 0, prefix: [])
                try MailStore.insert(copy, delivered.email, octets: octets, .replay, in: transaction)
                try transaction.retain(delivered.email)
                transaction.note(.filed(delivered.email, copy))
            }
        }
    }

    @Test func childrenStay() async throws {
        try await withTestStore { test in
            let ana = try await test.addAccount("ana@example.test")
            try await test.mailStore.create("foo/bar", for: ana, now: TestStore.now)
            try await test.mailStore.delete("foo", for: ana)
            #expect(try await test.mailStore.resolve("foo", for: ana) == nil)
            #expect(try await test.mailStore.resolve("foo/bar", for: ana) != nil)
            await #expect(throws: MailStoreError.noSuchMailbox("foo")) {
                try await test.mailStore.delete("foo", for: ana)
            }
            await #expect(throws: MailStoreError.inboxStays) {
                try await test.mailStore.delete("Inbox", for: ana)
            }
        }
    }

    /// A large mailbox is gone at once; its messages go in pieces, by maintenance too, and after a restart.
    @Test func messagesGoInPieces() async throws {
        let folder = TestFolder()
        try await withTestStore(folder) { test in
            let ana = try await test.addAccount("ana@example.test")
            let made = try await test.mailStore.create("Big", for: ana, now: TestStore.now)
            try await Self.fill(test, ana, made.key.mailbox, 60)
            var limits = MailStoreLimits()
            limits.deletedTogetherMax = 10
            let store = MailStore(store: test.store, limits: limits)
            let before = try await test.mailStore.usage(ana)
            #expect(before.messages == 61)
            try await store.delete("Big", for: ana)
            // Four pieces of ten.
            #expect(try await test.count("SELECT count(*) FROM message") == 21)
            #expect(try await test.mailStore.usage(ana).messages == 1)
            #expect(try await test.complaints() == [])
        }
        try await withTestStore(folder) { test async throws in
            #expect(try await test.mailStore.finishRemovals() == 1)
            #expect(try await test.count("SELECT count(*) FROM message") == 1)
            #expect(try await test.count("SELECT count(*) FROM removed_mailbox") == 0)
            #expect(try await test.mailStore.finishRemovals() == 0)
            #expect(try await test.complaints() == [])
        }
    }

    /// What is deleted does not come back by a rebuild, though its messages stand in the log.
    @Test func aRebuildLeavesItDeleted() async throws {
        let folder = TestFolder()
        try await withTestStore(folder) { test in
            let ana = try await test.addAccount("ana@example.test")
            let made = try await test.mailStore.create("Old", for: ana, now: TestStore.now)
            try await Self.fill(test, ana, made.key.mailbox, 3)
            try await test.mailStore.delete("Old", for: ana)
            try await test.mailStore.create("Old", for: ana, now: TestStore.now)
        }
        try folder.removeDatabase()
        #expect(try MailSystemStore.rebuild(folder.path).problems == [])
        try await withTestStore(folder) { test in
            let ana = try await test.directory.accounts()[0].accountID
            let old = try #require(try await test.mailStore.resolve("Old", for: ana))
            #expect(old.messages == 0)
            #expect(try await test.count("SELECT count(*) FROM message") == 1)
            #expect(try await test.complaints() == [])
        }
    }
}
