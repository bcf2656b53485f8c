import AgentTestSupport
import Delivery
import MailCore
import NIOCore
import Storage
import Testing

@testable import MailQueue

@Suite struct SettlingTests {
    @Test func theLastOneTakesTheMessageWithIt() async throws {
        try await withTestStore { test in
            let first = try await enqueue("a@far.test", "b@near.test", "c@far.test", in: test)
            for _ in 0..<2 {
                try await test.settle(first, [0, 1])
                #expect(try await test.queue.entry(first)?.recipients.map(\.forwardPath) == ["c@far.test"])
                #expect(try await test.count("SELECT references_count FROM content") == 1)
            }
            for _ in 0..<2 {
                try await test.settle(first, [2, 99])
                #expect(try await test.queue.count() == 0)
                #expect(try await test.count("SELECT count(*) FROM content") == 0)
                #expect(try await test.complaints() == [])
            }
        }
    }

    @Test func aCopyInAMailboxKeepsTheContent() async throws {
        try await withTestStore { test in
            let ana = try await test.addAccount("ana@example.test")
            try await test.addAlias("all@example.test", to: "ana@example.test", "x@far.test")
            let delivered = try await test.deliver("\r\nhello\r\n", to: "all@example.test")
            let queueID = QueueID(rawValue: delivered.email.rawValue)
            #expect(try await test.due("far.test", at: TestStore.now) == [["x"]])
            try await test.settle(queueID, [0])
            #expect(try await test.queue.count() == 0)
            #expect(try await test.inbox(ana).count == 1)
            #expect(try await test.complaints() == [])
        }
    }

    @Test func aLongReplyIsCut() async throws {
        try await withTestStore { test in
            let first = try await enqueue("a@far.test", in: test)
            // One character for a reader, a hundred thousand for a disk.
            let reply = "450 e" + String(repeating: "\u{301}", count: 100_000)
            try await test.defer(first, [0], until: 9, reply)
            #expect(try await test.queue.entry(first)?.recipients.first?.lastReply.utf8.count ?? 0 <= 4000)
            try await test.queue.postpone("far.test", until: 9, reply)
            #expect(try await test.count("SELECT length(last_failure) FROM queue_destination") <= 1000)
        }
    }
}
