import AgentTestSupport
import Delivery
import MailCore
import Storage
import Testing

@testable import MailQueue

@Suite struct DeadlineTests {
    private static let schedule: RetrySchedule = {
        var schedule = RetrySchedule()
        schedule.delayNoticeSeconds = 100
        schedule.expirySeconds = 1000
        return schedule
    }()

    private static func reasons(_ test: TestStore, at seconds: Int64, limit: Int = 20) async throws -> [String] {
        try await test.queue.deadlines(at: seconds, schedule, limit: limit).map {
            "\($0.queueID.rawValue) \($0.reason)"
        }
    }

    @Test func aMessageIsDelayedOnceAndThenExpires() async throws {
        try await withTestStore { test in
            let first = try await enqueue("a@far.test", "b@near.test", at: 1000, in: test)
            let name = first.rawValue
            #expect(try await Self.reasons(test, at: 1099) == [])
            #expect(try await Self.reasons(test, at: 1100) == ["\(name) delayed"])
            try await test.store.change { try MailQueue.markDelayTold(first, in: $0) }
            #expect(try await Self.reasons(test, at: 1999) == [])
            #expect(try await Self.reasons(test, at: 2000) == ["\(name) expired"])
            try await test.settle(first, [0])
            #expect(
                try await test.queue.deadlines(at: 2000, Self.schedule).first?.items.map(\.destination) == ["near.test"]
            )
            try await test.settle(first, [1])
            #expect(try await Self.reasons(test, at: 2000) == [])
        }
    }

    @Test func whoWasNeverToldOfADelayExpiresAllTheSame() async throws {
        try await withTestStore { test in
            let first = try await enqueue("a@far.test", at: 1000, in: test)
            #expect(try await Self.reasons(test, at: 5000) == ["\(first.rawValue) expired"])
            var schedule = Self.schedule
            schedule.delayNoticeSeconds = 0
            #expect(try await test.queue.deadlines(at: 1999, schedule) == [])
        }
    }

    @Test func whatWasHeldByItsSenderIsAsOldAsItsRelease() async throws {
        try await withTestStore { test in
            let message = queued([try recipient("a@far.test")], at: 1000, EnvelopeParameters(holdUntil: 9000))
            let first = try await enqueue(message, in: test)
            #expect(try await Self.reasons(test, at: 9099) == [])
            #expect(try await Self.reasons(test, at: 9100) == ["\(first.rawValue) delayed"])
            #expect(try await Self.reasons(test, at: 10_000) == ["\(first.rawValue) expired"])
        }
    }

    @Test(arguments: [(EnvelopeParameters.DeliverBy.Mode.returnMessage, true), (.notify, false)])
    func theTimeThatASenderSetIsOver(_ mode: EnvelopeParameters.DeliverBy.Mode, _ isAskedAgain: Bool) async throws {
        try await withTestStore { test in
            let by = EnvelopeParameters.DeliverBy(deadline: 1050, mode: mode, trace: .wanted)
            let first = try await enqueue(
                queued([try recipient("a@far.test")], at: 1000, EnvelopeParameters(deliverBy: by)), in: test)
            #expect(try await Self.reasons(test, at: 1049) == [])
            let found = try await test.queue.deadlines(at: 1050, Self.schedule)
            #expect(found.map(\.reason) == [.deliverByPassed])
            #expect(found.first?.mode == mode)
            try await test.store.change { try MailQueue.markDelayTold(QueueID(rawValue: first.rawValue), in: $0) }
            // It is returned, whoever was told of what; of a delay somebody is told once.
            #expect(
                try await Self.reasons(test, at: 1200) == (isAskedAgain ? ["\(first.rawValue) deliverByPassed"] : []))
        }
    }

    @Test func whatIsHeldByHandHasNoDeadline() async throws {
        try await withTestStore { test in
            let by = EnvelopeParameters.DeliverBy(deadline: 1050, mode: .returnMessage)
            let first = try await enqueue(
                queued([try recipient("a@far.test")], at: 1000, EnvelopeParameters(deliverBy: by)), in: test)
            try await test.hold(QueueID(rawValue: first.rawValue))
            for seconds: Int64 in [1050, 1100, 2000, 1_000_000] {
                #expect(try await Self.reasons(test, at: seconds) == [])
            }
            try await test.retry(QueueID(rawValue: first.rawValue), at: 3000)
            #expect(try await Self.reasons(test, at: 3000) == ["\(first.rawValue) expired"])
        }
    }

    @Test func whyADestinationFailedIsKnownForThoseNeverTried() async throws {
        try await withTestStore { test in
            try await enqueue("a@far.test", "b@near.test", at: 1000, in: test)
            try await test.queue.postpone("far.test", until: 5000, "no route to far.test")
            let found = try #require(try await test.queue.deadlines(at: 1100, Self.schedule).first)
            #expect(found.failures == ["far.test": "no route to far.test", "near.test": ""])
            #expect(found.mode == nil)
        }
    }

    @Test func theOldestComeFirst() async throws {
        try await withTestStore { test in
            var all: [Int64] = []
            for age: Int64 in 0..<30 { all.append(try await enqueue("a@far.test", at: 1000 - age, in: test).rawValue) }
            #expect(
                try await Self.reasons(test, at: 10_000, limit: 5) == all.suffix(5).reversed().map { "\($0) expired" })
        }
    }
}
