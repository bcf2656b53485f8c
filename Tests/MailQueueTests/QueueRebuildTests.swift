import AgentTestSupport
import Delivery
import MailCore
import NIOCore
import Storage
import Testing

@testable import MailQueue

/// What was settled does not come back: not by a rebuild, and not by a rebuild after a compaction.
@Suite struct QueueRebuildTests {
    private static func rebuilt(_ folder: TestFolder, _ body: (TestStore) async throws -> Void) async throws {
        try folder.removeDatabase()
        #expect(try MailSystemStore.rebuild(folder.path).problems == [])
        try await withTestStore(folder) { test in
            #expect(try await test.complaints() == [])
            try await body(test)
        }
    }

    private static let small: StorageLimits = {
        var limits = StorageLimits()
        limits.segmentBytesMax = 20_000
        return limits
    }()

    /// Later than any day on which this runs: only what is old is forgotten.
    private static let lately: Int64 = 4_000_000_000

    private static let filler = String(repeating: "x", count: 30_000)

    /// A report that ends recipients of another message, and is itself on its way.
    private static func report(
        _ about: EmailID, _ recipients: [Int64], _ text: String, in test: TestStore
    ) async throws -> EmailID {
        let email = test.store.reserveEmailID()
        let message = queued([try recipient("sender@near.test")])
        let settlement = Settlement(email: about, recipients: recipients, at: Self.lately)
        return try await test.store.deliver(email, MessageBody(ByteBuffer(string: text))) { transaction in
            try MailQueue.enqueue(message, email, in: transaction)
            try MailQueue.settle(settlement, in: transaction)
            let record = DeliveryRecord(email: email, copies: [], queued: message, settles: [settlement])
            return (record, email)
        }
    }

    @Test func whatIsLeftComesBack() async throws {
        let folder = TestFolder()
        var left: [QueueEntry] = []
        try await withTestStore(folder) { test in
            let first = try await enqueue("a@far.test", "b@far.test", "c@near.test", in: test)
            let second = try await enqueue("d@far.test", in: test)
            try await enqueue("e@far.test", in: test)
            try await test.settle(first, [0, 2])
            try await test.settle(second, [0])
            left = try await test.queue.list()
        }
        #expect(left.map { $0.recipients.map(\.forwardPath) } == [["b@far.test"], ["e@far.test"]])
        try await Self.rebuilt(folder) { test in
            let now = try await test.queue.list()
            #expect(now == left)
            // The numbers of those who are left are theirs for ever.
            #expect(
                try await test.queue.due("far.test", at: 7, limit: 9).map { $0.recipients.map(\.number) } == [[1], [0]])
            #expect(try await test.queue.destinations(limit: 9).map(\.name).contains("far.test"))
        }
    }

    @Test(arguments: [false, true]) func aReportSettles(isCompacted: Bool) async throws {
        let folder = TestFolder()
        var left: [QueueEntry] = []
        try await withTestStore(folder, limits: Self.small) { test in
            let first = try await enqueue(queued([try recipient("a@far.test"), try recipient("b@far.test")]), in: test)
            let other = try await enqueue(queued([try recipient("c@far.test")]), Self.filler, in: test)
            // In a segment of its own.
            let report = try await Self.report(first, [0, 1], Self.filler, in: test)
            try await enqueue(queued([try recipient("d@far.test")]), Self.filler, in: test)
            try await enqueue(queued([try recipient("e@far.test")]), in: test)
            // The report has arrived: its segment has nothing that lives.
            try await test.settle(QueueID(rawValue: report.rawValue), [0], at: Self.lately)
            _ = other
            if isCompacted { #expect(try await test.store.compact().segments >= 1) }
            left = try await test.queue.list()
        }
        #expect(left.map { $0.recipients.map(\.forwardPath) } == [["c@far.test"], ["d@far.test"], ["e@far.test"]])
        try await Self.rebuilt(folder) { test in
            let now = try await test.queue.list()
            #expect(now == left)
        }
    }

    /// Settlements need no flush: what a power cut takes from the database the log has.
    @Test func recoverySettles() async throws {
        let folder = TestFolder()
        var first = QueueID(rawValue: 0)
        try await withTestStore(folder) { test in first = try await enqueue("a@far.test", "b@far.test", in: test) }
        try folder.saveDatabase()
        try await withTestStore(folder) { test in
            let settlement = Settlement(
                email: EmailID(rawValue: first.rawValue), recipients: [0], at: TestStore.now)
            _ = try await test.store.change(.written) { try MailQueue.settleAndNote(settlement, in: $0) }
            let second = try await enqueue("c@far.test", in: test)
            try await test.settle(second, [0])
        }
        try folder.restoreDatabase()
        try await withTestStore(folder) { test in
            let left = try await test.queue.list().map { $0.recipients.map(\.forwardPath) }
            let complaints = try await test.complaints()
            #expect(test.report.replayed == 1)
            #expect(left == [["b@far.test"]])
            #expect(complaints == [])
        }
    }

    /// A message whose record was written anew holds those who are left; settling goes on by the same numbers.
    @Test func compactionKeepsTheNumbers() async throws {
        let folder = TestFolder()
        var first = QueueID(rawValue: 0)
        try await withTestStore(folder, limits: Self.small) { test in
            // In one segment: a message that lives on, and one that does not.
            first = try await enqueue("a@far.test", "b@far.test", "c@far.test", in: test)
            let gone = try await enqueue(queued([try recipient("z@far.test")]), Self.filler, in: test)
            try await enqueue(queued([try recipient("y@far.test")]), in: test)
            try await test.settle(first, [1], at: Self.lately)
            try await test.settle(QueueID(rawValue: gone.rawValue), [0], at: Self.lately)
            #expect(try await test.store.compact().segments == 1)
            #expect(try await test.queue.due("far.test", at: 7, limit: 2).first?.recipients.map(\.number) == [0, 2])
            try await test.settle(first, [0], at: Self.lately)
        }
        try await Self.rebuilt(folder) { test in
            let item = try await test.queue.due("far.test", at: 7, limit: 1).first
            #expect(item?.queueID == first)
            #expect(item?.recipients.map(\.number) == [2])
            #expect(try await test.queue.count() == 2)
        }
    }

    /// A note about a message that nobody can remember any more goes with its segment.
    @Test func oldSettlementsAreForgotten() throws {
        let now: Int64 = 1_800_000_000
        let note = LogNote.settled(Settlement(email: EmailID(rawValue: 1), recipients: [0], at: now - 399 * 86_400))
        #expect(MailQueue.restate(note, at: now) == [note])
        #expect(MailQueue.restate(note, at: now + 2 * 86_400) == [])
        #expect(MailQueue.restate(.filed(EmailID(rawValue: 1), copy), at: now) == [])
    }

    private let copy = FiledCopy(
        account: AccountID(rawValue: 1), mailbox: MailboxID(rawValue: 1), uid: UID(rawValue: 1),
        modSeq: ModSeq(rawValue: 1), thread: ThreadID(rawValue: 1), flags: SystemFlags(rawValue: 0), keywords: [],
        internalDate: 1, saveDate: 1, prefix: [])
}
