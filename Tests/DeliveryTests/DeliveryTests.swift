import AgentTestSupport
import Directory
import MailCore
import MailQueue
import MailStore
import NIOCore
import Storage
import Testing

@testable import Delivery

@Suite struct DeliveryTests {
    private static func text(octets: Int) -> String { "\r\n" + String(repeating: "x", count: octets - 2) }

    private static func withReceived(_ count: Int) -> String {
        String(repeating: "Received: from a by b; Tue, 14 Nov 2023 22:13:20 +0000\r\n", count: count) + "\r\nx\r\n"
    }

    @Test func aliasAndListMakeOneCopy() async throws {
        try await withTestStore { test in
            let ana = try await test.addAccount("ana@example.test")
            try await test.addAlias("info@example.test", to: "ana@example.test")
            try await test.addList("news@example.test", members: "ana@example.test", "x@elsewhere.example")
            let delivered = try await test.deliver(
                "\r\nx\r\n", to: "info@example.test", "news@example.test", "ana@example.test", from: "s@a.example")
            #expect((delivered.outcome.copies, delivered.outcome.queued) == (1, 1))
            let prefix = "Return-Path: <s@a.example>\r\nDelivered-To: ana@example.test\r\n"
            #expect(
                try await test.inbox(ana) == ["\(prefix)X-Original-To: info@example.test\r\n\r\nx\r\n"])
            let entry = try #require(try await test.queue.list().first)
            #expect(entry.queueID.rawValue == delivered.email.rawValue)
            #expect(entry.recipients.map(\.forwardPath) == ["x@elsewhere.example"])
            #expect(entry.recipients.map(\.reversePath) == ["news-bounces@example.test"])
            #expect(try await test.count("SELECT references_count FROM content") == 2)
            #expect(try await test.complaints() == [])
        }
    }

    /// RFC 5321 §6.3.
    @Test func aLoopEnds() async throws {
        try await withTestStore { test in
            let ana = try await test.addAccount("ana@example.test")
            try await test.deliver(Self.withReceived(100), to: "ana@example.test")
            await #expect(throws: DeliveryError.loop(hops: 101)) {
                try await test.deliver(Self.withReceived(101), to: "ana@example.test")
            }
            // One that is parsed on another thread.
            let large = Self.withReceived(101) + Self.text(octets: 200_000)
            await #expect(throws: DeliveryError.loop(hops: 101)) {
                try await test.deliver(large, to: "ana@example.test")
            }
            #expect(try await test.inbox(ana).count == 1)
            #expect(try await test.count("SELECT count(*) FROM content") == 1)
        }
    }

    @Test func whatCannotBeFiledLeavesNothing() async throws {
        try await withTestStore { test in
            try await test.addAccount("ana@example.test")
            try await test.addAccount("bob@example.test")
            let (envelope, plan) = try await test.plan(["ana@example.test", "bob@example.test"])
            _ = try await test.directory.removeAccount(try address("bob@example.test"))
            let body = MessageBody(ByteBuffer(string: "\r\nx\r\n"))
            await #expect(throws: DeliveryError.self) {
                _ = try await test.delivery.deliver(
                    test.store.reserveEmailID(), body, envelope, plan, at: TestStore.now)
            }
            #expect(try await test.count("SELECT count(*) FROM message") == 0)
            #expect(try await test.count("SELECT count(*) FROM content") == 0)
            #expect(try await test.complaints() == [])
        }
    }

    // MARK: Submission

    /// The count belongs to the delivery's transaction; a replay of the log files the message without it.
    @Test func aCountedMessageIsFiledAgainWithoutItsCount() async throws {
        let folder = TestFolder()
        var ana = AccountID(rawValue: 0)
        try await withTestStore(folder) { test in ana = try await test.addAccount("ana@example.test") }
        try folder.saveDatabase()
        let sender = ana
        let counting: Delivery.SendingCounting = { transaction in
            var limits = SendingLimits()
            limits.messagesPerDayMax = 1
            let recipients = [try address("ana@example.test")]
            return try Directory.countMessage(sender, to: recipients, limits, at: TestStore.now, in: transaction)
        }
        try await withTestStore(folder) { test in
            let (envelope, plan) = try await test.plan(["ana@example.test"])
            let body = MessageBody(ByteBuffer(string: "\r\nx\r\n"))
            let outcome = try await test.delivery.deliver(
                test.store.reserveEmailID(), body, envelope, plan, at: TestStore.now, counting: counting)
            #expect(outcome.sendingCount?.messages == 1)
            let error = await #expect(throws: DeliveryError.self) {
                _ = try await test.delivery.deliver(
                    test.store.reserveEmailID(), body, envelope, plan, at: TestStore.now, counting: counting)
            }
            guard case .sendingExcess(let excess)? = error else {
                Issue.record("\(error as Any)")
                return
            }
            #expect(excess.kind == .messages(max: 1))
            #expect(try await test.inbox(ana).count == 1)
        }
        try folder.restoreDatabase()
        try await withTestStore(folder) { test in
            let inbox = try await test.inbox(sender)
            #expect(test.report.replayed == 1)
            #expect(inbox.count == 1)
            #expect(try await test.directory.sendingCount(sender, at: TestStore.now).messages == 0)
            #expect(try await test.complaints() == [])
        }
    }

    // MARK: Quotas

    @Test func refusedCopiesAreTold() async throws {
        try await withTestStore { test in
            let ana = try await test.addAccount("ana@example.test", quotaBytes: 1000)
            let bob = try await test.addAccount("bob@example.test")
            let both = try await test.deliver(
                Self.text(octets: 1001), to: "ana@example.test", "bob@example.test", overrun: .refuse)
            #expect(both.outcome.full == [ana: .tooLarge])
            #expect(both.outcome.copies == 1)
            try await test.deliver(Self.text(octets: 500), to: "ana@example.test")
            let full = try await test.deliver(Self.text(octets: 600), to: "ana@example.test", overrun: .refuse)
            #expect(full.outcome.full == [ana: .full])
            #expect(full.outcome.copies == 0)
            #expect(try await test.inbox(ana).count == 1)
            #expect(try await test.inbox(bob).count == 1)
            #expect(try await test.count("SELECT count(*) FROM content") == 2)
            #expect(try await test.complaints() == [])
        }
    }

    /// Who reaches others cannot be told that it was refused: those would get it twice.
    @Test func aListWithAFullMemberReachesAll() async throws {
        try await withTestStore { test in
            let ana = try await test.addAccount("ana@example.test", quotaBytes: 1000)
            let bob = try await test.addAccount("bob@example.test")
            try await test.addAlias("info@example.test", to: "ana@example.test", "bob@example.test")
            try await test.addAlias("far@example.test", to: "ana@example.test", "x@elsewhere.example")
            let near = try await test.deliver(Self.text(octets: 2000), to: "info@example.test", overrun: .refuse)
            #expect(near.outcome.full == [:])
            let far = try await test.deliver(Self.text(octets: 2000), to: "far@example.test", overrun: .refuse)
            #expect((far.outcome.full, far.outcome.queued) == ([:], 1))
            #expect(try await test.inbox(ana).count == 2)
            #expect(try await test.inbox(bob).count == 1)
        }
    }

    @Test func oneReplyForAllAllowsOnce() async throws {
        try await withTestStore { test in
            let ana = try await test.addAccount("ana@example.test", quotaBytes: 1000)
            let bob = try await test.addAccount("bob@example.test", quotaBytes: 5000)
            let both = try await test.deliver(
                Self.text(octets: 1500), to: "ana@example.test", "bob@example.test", overrun: .allowOnce)
            #expect((both.outcome.copies, both.outcome.full) == (2, [:]))
            await #expect(throws: DeliveryError.mailboxesFull) {
                try await test.deliver(Self.text(octets: 10), to: "ana@example.test", overrun: .allowOnce)
            }
            await #expect(throws: DeliveryError.exceedsQuotas) {
                try await test.deliver(
                    Self.text(octets: 6000), to: "ana@example.test", "bob@example.test", overrun: .allowOnce)
            }
            await #expect(throws: DeliveryError.mailboxesFull) {
                try await test.deliver(
                    Self.text(octets: 4000), to: "ana@example.test", "bob@example.test", overrun: .allowOnce)
            }
            #expect(try await test.inbox(ana).count == 1)
            #expect(try await test.inbox(bob).count == 1)
        }
    }

    /// Used octets, the size announced, the answer.
    static let announced: [(Int, Int64, Delivery.QuotaRefusal?)] = [
        (0, 0, nil), (0, 1000, nil), (0, 1001, .tooLarge), (500, 600, .full), (500, 100, nil), (500, 2000, .tooLarge),
        (900, 0, nil), (1200, 0, .full),
    ]

    @Test(arguments: announced) func roomIsAskedFor(
        _ used: Int, _ octets: Int64, _ expected: Delivery.QuotaRefusal?
    ) async throws {
        try await withTestStore { test in
            let ana = try await test.addAccount("ana@example.test")
            if used > 0 {
                let copy = NewCopy(account: ana, mailbox: .inbox, internalDate: 0, saveDate: 0)
                _ = try await test.delivery.append(MessageBody(ByteBuffer(repeating: 120, count: used)), copy)
            }
            _ = try await test.directory.setQuota(try address("ana@example.test"), toBytes: 1000)
            let copies = try await test.plan(["ana@example.test"]).plan.copies
            #expect(try await test.delivery.quotaRefusal(copies, octets: octets) == expected)
            // One that has room is enough.
            try await test.addAccount("bob@example.test", quotaBytes: 1_000_000)
            let more = try await test.plan(["ana@example.test", "bob@example.test"]).plan.copies
            #expect(try await test.delivery.quotaRefusal(more, octets: octets) == nil)
        }
    }

    // MARK: Power cuts

    @Test func lostDeliveriesAreReplayedFromTheLog() async throws {
        let folder = TestFolder()
        try await withTestStore(folder) { test in
            try await test.addAccount("ana@example.test")
            try await test.addAccount("bob@example.test")
            try await test.addAlias("info@example.test", to: "ana@example.test", "x@elsewhere.example")
            try await test.deliver("Message-ID: <1@a>\r\n\r\none\r\n", to: "ana@example.test")
        }
        try folder.saveDatabase()
        var inboxes: [[String]] = []
        var queue: [QueueEntry] = []
        try await withTestStore(folder) { test in
            try await test.deliver("In-Reply-To: <1@a>\r\n\r\ntwo\r\n", to: "ana@example.test", "bob@example.test")
            try await test.deliver("\r\nthree\r\n", to: "info@example.test", from: "s@a.example")
            try await test.deliver("Message-ID: <4@a>\r\n\r\nfour\r\n", to: "bob@example.test")
            inboxes = try await Self.inboxes(test)
            queue = try await test.queue.list()
        }
        #expect(inboxes.map(\.count) == [3, 2])
        #expect(queue.count == 1)
        try folder.restoreDatabase()
        for expected in [3, 0] {
            let test = try TestStore(folder)
            #expect(test.report.replayed == expected)
            let (nowInboxes, nowQueue) = (try await Self.inboxes(test), try await test.queue.list())
            #expect(nowInboxes == inboxes)
            #expect(nowQueue == queue)
            let complaints = try await test.complaints()
            #expect(complaints == [])
            await test.close()
        }
    }

    private static func inboxes(_ test: TestStore) async throws -> [[String]] {
        var inboxes: [[String]] = []
        for account in try await test.directory.accounts() {
            inboxes.append(try await test.inbox(account.accountID))
        }
        return inboxes
    }
}
