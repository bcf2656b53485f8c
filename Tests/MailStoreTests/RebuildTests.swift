import AgentTestSupport
import Delivery
import Directory
import MailCore
import MailQueue
import Storage
import Testing

@testable import MailStore

/// A lost database is made anew from the log.
@Suite struct RebuildTests {
    /// Loses the database, makes it anew, and hands over what came out.
    private static func rebuilt(_ folder: TestFolder, _ body: (TestStore) async throws -> Void) async throws {
        try folder.removeDatabase()
        let report = try MailSystemStore.rebuild(folder.path)
        #expect(report.problems == [])
        try await withTestStore(folder) { test in
            #expect(test.report.replayed == 0)
            #expect(try await test.complaints() == [])
            try await body(test)
        }
    }

    /// The same mailboxes, whose next number and clock are no lower than they were.
    private static func expect(_ now: [MailStore.MailboxSummary], like before: [MailStore.MailboxSummary]) {
        #expect(now.map(\.name) == before.map(\.name))
        for (now, before) in zip(now, before) {
            #expect(now.uidNext >= before.uidNext)
            #expect(now.highestModSeq >= before.highestModSeq)
            var same = now
            (same.uidNext, same.highestModSeq) = (before.uidNext, before.highestModSeq)
            #expect(same == before)
        }
    }

    @Test func everythingComesBack() async throws {
        let folder = TestFolder()
        var before: [MailStore.MailboxSummary] = []
        var inbox: [String] = []
        var queue: Int64 = 0
        try await withTestStore(folder) { test in
            let ana = try await test.addAccount("ana@example.test")
            try await test.addAccount("bob@example.test", quotaBytes: 1 << 20)
            try await test.addAccount("gone@example.test")
            try await test.addAlias("info@example.test", to: "ana@example.test", "x@elsewhere.example")
            try await test.addList("news@example.test", members: "ana@example.test", "y@elsewhere.example")
            try await test.store.change {
                let validity = UIDValidity(rawValue: 1_700_000_001)
                try MailStore.createMailbox("Work", ana, specialUse: nil, validity, in: $0)
            }
            try await test.deliver("Message-ID: <1@a>\r\n\r\none\r\n", to: "ana@example.test", "gone@example.test")
            try await test.deliver("In-Reply-To: <1@a>\r\n\r\ntwo\r\n", to: "info@example.test", from: "s@a.example")
            try await test.deliver("\r\nthree\r\n", to: "news@example.test", "bob@example.test")
            try await test.deliver("\r\nfour\r\n", to: "ana@example.test")
            try await test.mailStore.expunge([UID(rawValue: 1), UID(rawValue: 4)], from: .inbox, ana)
            _ = try await test.directory.removeAccount(try address("gone@example.test"))
            before = try await test.mailStore.mailboxes(ana)
            inbox = try await test.inbox(ana)
            queue = try await test.queue.count()
        }
        #expect(queue == 2)
        try await Self.rebuilt(folder) { test in
            let ana = try await test.directory.account(try address("ana@example.test"))
            Self.expect(try await test.mailStore.mailboxes(ana.accountID), like: before)
            #expect(try await test.inbox(ana.accountID) == inbox)
            let result = await test.directory.verify(user: "ana@example.test", password: TestStore.password)
            guard case .accepted(let account) = result else {
                Issue.record("the password does not work any more")
                return
            }
            #expect(account.id == ana.accountID)
            #expect(
                try await test.queue.list().map { $0.recipients.map(\.forwardPath) } == [
                    ["x@elsewhere.example"], ["y@elsewhere.example"],
                ])
            #expect(try await test.count("SELECT count(*) FROM content") == 2)
            #expect(try await test.count("SELECT count(*) FROM email_facts") == 2)
            await #expect(throws: (any Error).self) {
                _ = try await test.directory.account(try address("gone@example.test"))
            }
            // Life goes on, with new numbers.
            try await test.deliver("\r\nfive\r\n", to: "ana@example.test")
            let uids = try await test.mailStore.messages(ana.accountID, .inbox).messages.map(\.uid.rawValue)
            #expect(uids.prefix(2) == [2, 3])
            #expect(uids.count == 3)
            #expect(uids.last ?? 0 >= 5)
        }
    }

    /// A copy outlives the mailbox that its message was delivered to.
    @Test func copiesComeBackThoughTheirSourceIsGone() async throws {
        let folder = TestFolder()
        var before: [String] = []
        var last: [String] = []
        try await withTestStore(folder) { test in
            let ana = try await test.addAccount("ana@example.test")
            let (work, other) = (try await test.addMailbox("Work", ana), try await test.addMailbox("Other", ana))
            try await test.append(3, to: work, [.flagged])
            _ = try await test.mailStore.copy(.of(1, 3), from: work, to: other, savedAt: 9)
            _ = try await test.mailStore.move(.of(2), from: work, to: test.inboxKey(ana), savedAt: 9)
            _ = try await test.mailStore.setFlags(FlagChange(.add, [.seen]), of: .of(2), in: other)
            _ = try await test.mailStore.expunge(.all(UIDSet(ranges: [1...9])), from: work)
            try await test.store.change { transaction in
                try transaction.run("DELETE FROM mailbox WHERE name = 'Work'")
                try MailStore.salvageMailboxes(ana, in: transaction)
            }
            before = try await test.listing(other)
            last = try await test.inbox(ana)
            #expect(before == ["1 4 ", "2 5 "])
        }
        try await Self.rebuilt(folder) { test in
            let ana = try await test.directory.account(try address("ana@example.test")).accountID
            let boxes = try await test.mailStore.mailboxes(ana)
            let other = try #require(boxes.first { $0.name == "Other" })
            #expect(
                try await test.listing(MailboxKey(account: ana, mailbox: other.mailbox)) == before)
            #expect(try await test.inbox(ana) == last)
            #expect(try await test.count("SELECT count(*) FROM content") == 3)
            #expect(try await test.count("SELECT count(*) FROM email_facts") == 3)
        }
    }

    /// A compaction writes the note of an account's mailboxes anew, behind messages that were filed before.
    @Test func messagesComeBackFromBeforeTheNoteOfTheirMailbox() async throws {
        let folder = TestFolder()
        var limits = StorageLimits()
        limits.segmentBytesMax = 20_000
        try await withTestStore(folder, limits: limits) { test in
            let ana = try await test.addAccount("ana@example.test")
            // Fills the first segment, which also has the notes of the account, and is then expunged.
            try await test.deliver("\r\n" + String(repeating: "x", count: 30_000), to: "ana@example.test")
            try await test.deliver("\r\nkept\r\n", to: "ana@example.test")
            try await test.mailStore.expunge([UID(rawValue: 1)], from: .inbox, ana)
            let report = try await test.store.compact()
            #expect(report.segments == 1)
            #expect(try folder.names("log").first == "0000000002.seg")
        }
        try await Self.rebuilt(folder) { test in
            let ana = try await test.directory.account(try address("ana@example.test")).accountID
            #expect(try await test.inbox(ana).map { $0.hasSuffix("\r\nkept\r\n") } == [true])
            #expect(try await test.mailStore.messages(ana, .inbox).messages.map(\.uid.rawValue) == [2])
        }
    }

    /// UIDs, and with them POP3's unique-ids, must not be given twice (RFC 9051 §2.3.1.1), nor the clock go back (RFC 7162
    /// §3.1.1).
    @Test func numbersOfMessagesWhoseRecordsWereCompactedAreNotGivenAgain() async throws {
        let folder = TestFolder()
        var limits = StorageLimits()
        limits.segmentBytesMax = 20_000
        var before: [MailStore.MailboxSummary] = []
        try await withTestStore(folder, limits: limits) { test in
            let ana = try await test.addAccount("ana@example.test")
            try await test.deliver("\r\nkept\r\n" + String(repeating: "x", count: 30_000), to: "ana@example.test")
            try await test.deliver("\r\n" + String(repeating: "x", count: 30_000), to: "ana@example.test")
            try await test.deliver("\r\n" + String(repeating: "x", count: 30_000), to: "ana@example.test")
            try await test.mailStore.expunge([UID(rawValue: 2), UID(rawValue: 3)], from: .inbox, ana)
            // The last segment stays open: the next message goes to another one.
            try await test.addAccount("bob@example.test")
            #expect(try await test.store.compact().segments == 2)
            before = try await test.mailStore.mailboxes(ana)
        }
        try await Self.rebuilt(folder) { test in
            let ana = try await test.directory.account(try address("ana@example.test")).accountID
            Self.expect(try await test.mailStore.mailboxes(ana), like: before)
            #expect(try await test.count("SELECT count(*) FROM expunged") == 2)
        }
    }
}
