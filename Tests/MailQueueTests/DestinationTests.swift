import AgentTestSupport
import Delivery
import MailCore
import Storage
import Testing

@testable import MailQueue

/// `queue_destination` says where there is something to do, and when, whatever happened to the recipients.
@Suite struct DestinationTests {
    @Test func aDestinationIsDueWhenItsFirstMessageIs() async throws {
        try await withTestStore { test in
            try await enqueue("a@far.test", "b@FAR.test", "c@near.test", at: 20, in: test)
            try await enqueue("d@far.test", at: 10, in: test)
            try await enqueue("e@far.test", at: 30, in: test)
            let held = queued([try recipient("f@held.test")], at: 10, EnvelopeParameters(holdUntil: 500))
            try await enqueue(held, in: test)
            #expect(try await test.destinations() == ["far.test 10 0", "near.test 20 0", "held.test 500 0"])
            #expect(try await test.queue.destinations(limit: 1).map(\.name) == ["far.test"])
        }
    }

    @Test func namesOfADomainAreOneDestination() async throws {
        try await withTestStore { test in
            try await enqueue("a@xn--bcher-kva.example", "b@bücher.example", "c@BÜCHER.example", in: test)
            try await enqueue("d@[192.0.2.1]", in: test)
            #expect(try await test.destinations() == ["[192.0.2.1] 7 0", "xn--bcher-kva.example 7 0"])
            #expect(try await test.due("xn--bcher-kva.example") == [["a", "b", "c"]])
        }
    }

    @Test func whatIsDeferredIsDueLater() async throws {
        try await withTestStore { test in
            let first = try await enqueue("a@far.test", "b@far.test", in: test)
            try await test.defer(first, [0], until: 100)
            try await test.defer(first, [1], until: 50)
            // Whoever delivers says when it has looked at everything that was due.
            #expect(try await test.destinations() == ["far.test 7 0"])
            try await test.queue.finish("far.test", .reached)
            #expect(try await test.destinations() == ["far.test 50 0"])
            #expect(try await test.due("far.test", at: 49) == [])
            #expect(try await test.due("far.test", at: 50) == [["b"]])
            #expect(try await test.due("far.test", at: 100) == [["b", "a"]])
            let recipients = try await test.queue.entry(first)?.recipients
            #expect(recipients?.map(\.nextAttempt) == [100, 50])
            #expect(recipients?.map(\.attempts) == [1, 1])
            #expect(recipients?.map(\.lastReply) == ["later", "later"])
        }
    }

    @Test func whatComesIsDueAtOnce() async throws {
        try await withTestStore { test in
            let first = try await enqueue("a@far.test", in: test)
            try await test.defer(first, [0], until: 1000)
            try await test.queue.finish("far.test", .reached)
            try await enqueue("b@far.test", at: 200, in: test)
            #expect(try await test.destinations() == ["far.test 200 0"])
            #expect(try await test.due("far.test", at: 200) == [["b"]])
        }
    }

    @Test func aPostponedDestinationWaitsWhateverComes() async throws {
        try await withTestStore { test in
            try await enqueue("a@far.test", in: test)
            try await test.queue.postpone("far.test", until: 300, "no answer")
            try await test.queue.postpone("nobody.test", until: 300, "no answer")
            try await test.queue.finish("far.test", .notReached)
            try await enqueue("b@far.test", at: 200, in: test)
            #expect(try await test.destinations() == ["far.test 300 1"])
            try await test.queue.postpone("far.test", until: 600, "no answer again")
            #expect(try await test.destinations() == ["far.test 600 2"])
            // Put behind another that failed: no failure of its own.
            try await test.queue.postpone(["far.test"], until: 700, heeding: QueueSignal())
            #expect(try await test.destinations() == ["far.test 700 2"])
            let shown = try await test.queue.list().flatMap(\.recipients)
            #expect(shown.map(\.lastReply) == ["no answer again", "no answer again"])
            #expect(shown.map(\.nextAttempt) == [700, 700])
            // It answers: nothing is remembered.
            try await test.queue.finish("far.test", .reached)
            #expect(try await test.destinations() == ["far.test 7 0"])
        }
    }

    @Test func aDestinationGoesWithItsLastRecipient() async throws {
        try await withTestStore { test in
            let first = try await enqueue("a@far.test", in: test)
            try await test.settle(first, [0])
            try await test.queue.finish("far.test", .reached)
            #expect(try await test.destinations() == [])
            try await test.queue.finish("far.test", .reached)
            try await test.queue.finish("never.test", .notReached)
            #expect(try await test.destinations() == [])
        }
    }

    @Test func whatIsHeldIsNotTried() async throws {
        try await withTestStore { test in
            let first = try await enqueue("a@far.test", "b@near.test", in: test)
            let second = try await enqueue("c@far.test", in: test)
            #expect(try await test.hold(first) == 2)
            #expect(try await test.hold(first) == 0)
            #expect(try await test.due("far.test") == [["c"]])
            try await test.settle(second, [0])
            for name in ["far.test", "near.test"] { try await test.queue.finish(name, .reached) }
            #expect(try await test.destinations() == [])
            #expect(try await test.queue.list().map(\.state) == [.held])
            #expect(try await test.store.change { try MailQueue.retryAll(at: 50, telling: QueueSignal(), in: $0) } == 0)
            // By hand it goes on, although nobody worked on its destinations any more.
            #expect(try await test.retry(first, at: 60) == 2)
            #expect(try await test.destinations() == ["far.test 60 0", "near.test 60 0"])
            #expect(try await test.due("far.test", at: 60) == [["a"]])
            #expect(try await test.queue.list().map(\.state) == [.waiting])
        }
    }

    @Test func aRetryDoesNotWaitForThePostponement() async throws {
        try await withTestStore { test in
            let first = try await enqueue("a@far.test", "b@far.test", in: test)
            try await enqueue("c@near.test", in: test)
            try await test.defer(first, [0, 1], until: 900)
            try await test.queue.postpone("far.test", until: 900, "no answer")
            try await test.queue.postpone("near.test", until: 900, "no answer")
            #expect(try await test.retry(first, at: 100) == 2)
            #expect(try await test.destinations() == ["far.test 100 1", "near.test 900 1"])
            #expect(try await test.due("far.test", at: 100) == [["a", "b"]])
            #expect(
                try await test.store.change { try MailQueue.retryAll(at: 200, telling: QueueSignal(), in: $0) } == 3)
            #expect(try await test.destinations() == ["far.test 200 1", "near.test 200 1"])
            #expect(try await test.retry(QueueID(rawValue: 99_999), at: 100) == 0)
        }
    }

    /// Whoever puts a closed way's destinations off has read them before: a retry that came meanwhile would be lost.
    @Test func aRetryIsNotPutOffByWhoHasNotHeardOfIt() async throws {
        try await withTestStore { test in
            let first = try await enqueue("a@far.test", in: test)
            let signal = QueueSignal()
            _ = try await test.store.change { try MailQueue.retry(first, at: 100, telling: signal, in: $0) }
            try await test.queue.postpone(["far.test"], until: 900, heeding: signal)
            #expect(try await test.destinations() == ["far.test 7 0"])
            #expect(signal.takeRetry())
            try await test.queue.postpone(["far.test"], until: 900, heeding: signal)
            #expect(try await test.destinations() == ["far.test 900 0"])
        }
    }

    @Test func whatIsRemovedIsGone() async throws {
        try await withTestStore { test in
            let first = try await enqueue("a@far.test", "b@near.test", in: test)
            try await test.hold(first)
            #expect(try await test.store.change { try MailQueue.remove(first, at: 9, in: $0) } == 2)
            #expect(try await test.store.change { try MailQueue.remove(first, at: 9, in: $0) } == 0)
            #expect(try await test.queue.count() == 0)
            #expect(try await test.count("SELECT count(*) FROM content") == 0)
            #expect(try await test.complaints() == [])
        }
    }

    @Test func itemsAreByMessageAndReturnPath() async throws {
        try await withTestStore { test in
            let (ana, list) = (try address("ana@example.test"), try address("news@example.test"))
            let message = queued([
                try recipient("a@far.test", reversePath: .address(ana)),
                try recipient("b@far.test", reversePath: .address(list)),
                try recipient("c@near.test", reversePath: .address(ana)),
                try recipient("d@far.test", reversePath: .address(ana)),
                try recipient("e@far.test"),
            ])
            try await enqueue(message, "12345", in: test)
            try await enqueue("f@far.test", in: test)
            let items = try await test.queue.due("far.test", at: 7, limit: 100)
            #expect(items.map { $0.reversePath.address?.localPart.text } == ["ana", "news", nil, nil])
            #expect(items.map { $0.recipients.map(\.number) } == [[0, 3], [1], [4], [0]])
            #expect(items.map(\.content.count) == [5, 5, 5, 1])
            #expect(try await test.due("far.test", limit: 3) == [["a", "d"], ["b"]])
        }
    }
}
