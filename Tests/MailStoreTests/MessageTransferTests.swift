import AgentTestSupport
import MailCore
import Storage
import Testing

@testable import MailStore

@Suite struct MessageTransferTests {
    /// RFC 9051 §6.4.7: flags and internal date stay; RFC 8514: the save date does not.
    @Test func copies() async throws {
        try await withTestStore { test in
            let ana = try await test.addAccount("ana@example.test")
            let inbox = test.inboxKey(ana)
            let work = try await test.addMailbox("Work", ana)
            try await test.append(3, to: inbox, [.flagged], keywords: [try keyword("$Junk")])
            _ = try await test.mailStore.setFlags(FlagChange(.add, [.seen]), of: .of(2), in: inbox)
            _ = try await test.mailStore.expunge(.all(.of(1)), from: inbox)
            let outcome = try await test.mailStore.copy(
                UIDSet(ranges: [1...9]), from: inbox, to: work, savedAt: 99)
            #expect(outcome.from == .of(2, 3))
            #expect(outcome.to == .of(1, 2))
            #expect(outcome.uidValidity == UIDValidity(rawValue: 1_700_000_001))
            #expect(outcome.expungedAt == nil)
            #expect(try await test.listing(work) == ["1 5 $Junk", "2 4 $Junk"])
            let rows = try await test.store.read { transaction in
                var rows: [[Int64]] = []
                try MailStore.rows(of: .of(1), in: work, [], transaction) {
                    rows.append([$0.internalDate, $0.saveDate, $0.email.rawValue, $0.thread.rawValue])
                }
                try MailStore.rows(of: .of(2), in: inbox, [], transaction) {
                    rows.append([$0.internalDate, 99, $0.email.rawValue, $0.thread.rawValue])
                }
                return rows
            }
            #expect(rows[0] == rows[1])
            #expect(rows[0][0] == 7)
            #expect(rows[0][1] == 99)
            #expect(try await test.count("SELECT references_count FROM content ORDER BY email LIMIT 1") == 2)
            #expect(try await test.complaints() == [])
            // The last reference takes the octets along.
            _ = try await test.mailStore.expunge(.all(UIDSet(ranges: [1...9])), from: inbox)
            #expect(try await test.count("SELECT count(*) FROM content") == 2)
            _ = try await test.mailStore.expunge(.all(UIDSet(ranges: [1...9])), from: work)
            #expect(try await test.count("SELECT count(*) FROM content") == 0)
            #expect(try await test.count("SELECT count(*) FROM email_facts") == 0)
            #expect(try await test.complaints() == [])
        }
    }

    /// With the lines that the copy alone has.
    @Test func octetsAreTheSame() async throws {
        try await withTestStore { test in
            let ana = try await test.addAccount("ana@example.test")
            let bob = test.inboxKey(try await test.addAccount("bob@example.test"))
            let inbox = test.inboxKey(ana)
            try await test.deliver("Subject: s\r\n\r\nx\r\n", to: "ana@example.test", from: "s@a.example")
            let text = try await test.inbox(ana)
            #expect(text[0].hasPrefix("Return-Path: <s@a.example>"))
            _ = try await test.mailStore.copy(.of(1), from: inbox, to: inbox, savedAt: 1)
            _ = try await test.mailStore.move(.of(1), from: inbox, to: bob, savedAt: 1)
            #expect(try await test.inbox(ana) == text)
            #expect(try await test.inbox(bob.account) == text)
        }
    }

    @Test func moves() async throws {
        try await withTestStore { test in
            let ana = try await test.addAccount("ana@example.test")
            let bob = test.inboxKey(try await test.addAccount("bob@example.test"))
            let inbox = test.inboxKey(ana)
            let work = try await test.addMailbox("Work", ana)
            try await test.append(5, to: inbox)
            let recorder = ChangeRecorder()
            let subscription = recorder.listen(test, ana, bob.account)
            let first = try await test.mailStore.move(.of(2, 4), from: inbox, to: work, savedAt: 99)
            let second = try await test.mailStore.move(.of(1), from: work, to: bob, savedAt: 99)
            subscription.cancel()
            #expect((first.from, first.to) == (.of(2, 4), .of(1, 2)))
            #expect((second.from, second.to) == (.of(1), .of(1)))
            let moved = try #require(first.expungedAt)
            let gone = try #require(second.expungedAt)
            let arrived = try await test.mailStore.open(bob, .looks).highestModSeq
            #expect(
                recorder.take() == [
                    .arrived(work, .of(1, 2), moved), .expunged(inbox, .of(2, 4), moved),
                    .arrived(bob, .of(1), arrived), .expunged(work, .of(1), gone),
                ])
            #expect(try await test.listing(inbox).count == 3)
            #expect(try await test.listing(work) == ["2 0 "])
            #expect(try await test.listing(bob) == ["1 0 "])
            let history = try await test.store.read {
                try MailStore.expunged(since: ModSeq(rawValue: 0), from: inbox, in: $0)
            }
            #expect(history == .of(2, 4))
            #expect(try await test.complaints() == [])
        }
    }

    /// What is copied or moved within its own mailbox is not taken twice, however many transactions it takes.
    @Test func withinOneMailbox() async throws {
        try await withTestStore { test in
            let inbox = test.inboxKey(try await test.addAccount("ana@example.test"))
            try await test.append(5, to: inbox)
            var limits = MailStoreLimits()
            (limits.copiedTogetherMax, limits.changedTogetherMax) = (2, 2)
            let mailStore = MailStore(store: test.store, limits: limits)
            let all = UIDSet(ranges: [1...UInt32.max])
            let copied = try await mailStore.copy(all, from: inbox, to: inbox, savedAt: 1)
            #expect(copied.to.numbers == Array(6...10))
            let moved = try await mailStore.move(all, from: inbox, to: inbox, savedAt: 1)
            #expect(moved.from.numbers == Array(1...10))
            #expect(moved.to.numbers == Array(11...20))
            #expect(try await test.listing(inbox).count == 10)
            #expect(try await test.complaints() == [])
        }
    }

    /// RFC 9051 §6.4.7: all or none, also when it takes several transactions.
    @Test func aQuotaIsNotOverrun() async throws {
        try await withTestStore { test in
            let ana = try await test.addAccount("ana@example.test")
            let inbox = test.inboxKey(ana)
            let work = try await test.addMailbox("Work", ana)
            try await test.append(6, to: inbox)
            let before = try await test.mailStore.usage(ana)
            var limits = MailStoreLimits()
            limits.copiedTogetherMax = 2
            let mailStore = MailStore(store: test.store, limits: limits)
            for quota in [MailQuota(octetsMax: before.octets * 11 / 6), MailQuota(messagesMax: 11)] {
                await #expect(throws: MailStoreError.overQuota) {
                    _ = try await mailStore.copy(
                        UIDSet(ranges: [1...6]), from: inbox, to: work, quota: quota, savedAt: 1)
                }
                #expect(try await test.listing(work).isEmpty)
                #expect(try await test.mailStore.usage(ana) == before)
            }
            let exact = MailQuota(octetsMax: before.octets * 2, messagesMax: 12)
            _ = try await mailStore.copy(UIDSet(ranges: [1...6]), from: inbox, to: work, quota: exact, savedAt: 1)
            // Within one account a move takes no room.
            let full = MailQuota(octetsMax: 1, messagesMax: 1)
            _ = try await mailStore.move(UIDSet(ranges: [1...6]), from: inbox, to: work, quota: full, savedAt: 1)
            #expect(try await test.listing(work).count == 12)
            #expect(try await test.complaints() == [])
        }
    }

    /// RFC 4314 §4: who may not set a flag in the target copies without it.
    @Test func flagsThatMayNotBeSetAreNotCopied() async throws {
        try await withTestStore { test in
            let ana = test.inboxKey(try await test.addAccount("ana@example.test"))
            let bob = test.inboxKey(try await test.addAccount("bob@example.test"))
            try await test.append(1, to: ana, [.seen, .flagged, .deleted], keywords: [try keyword("k")])
            let scope = FlagScope([.seen, .flagged], keywords: .none)
            _ = try await test.mailStore.copy(.of(1), from: ana, to: bob, keeping: scope, savedAt: 1)
            #expect(try await test.listing(bob) == ["1 5 "])
        }
    }

    @Test func whatIsNotThere() async throws {
        try await withTestStore { test in
            let inbox = test.inboxKey(try await test.addAccount("ana@example.test"))
            try await test.append(1, to: inbox)
            let clock = try await test.mailStore.open(inbox, .looks).highestModSeq
            let nowhere = MailboxKey(account: inbox.account, mailbox: MailboxID(rawValue: 99))
            await #expect(throws: MailStoreError.self) {
                _ = try await test.mailStore.copy(.of(1), from: inbox, to: nowhere, savedAt: 1)
            }
            let none = try await test.mailStore.move(.of(7), from: inbox, to: inbox, savedAt: 1)
            #expect((none.from.isEmpty, none.to.isEmpty) == (true, true))
            #expect(try await test.mailStore.open(inbox, .looks).highestModSeq == clock)
        }
    }
}
