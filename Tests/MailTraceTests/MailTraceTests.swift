import AgentTestSupport
import Delivery
import MailCore
import Storage
import Testing

@testable import MailTrace

@Suite struct MailTraceTests {
    private static func event(_ field: TraceEvent.Field, _ text: String, at seconds: Int64 = 1) -> TraceEvent {
        var event = TraceEvent(.attempt, at: seconds)
        event.add(field, text)
        return event
    }

    private static func record(
        _ events: [TraceEvent], of queueID: Int64, in test: TestStore
    ) async throws {
        try await test.store.change { transaction in
            for event in events { try MailTrace.record(event, of: QueueID(rawValue: queueID), in: transaction) }
        }
    }

    /// What the facts of a message's events say, in their order.
    private static func texts(_ queueID: Int64, in test: TestStore) async throws -> [String] {
        let found = try await MailTrace(store: test.store).find(.queueID(QueueID(rawValue: queueID)))
        return found.flatMap { $0.events.flatMap { $0.facts.map(\.text) } }
    }

    @Test func eventsComeInTheirOrder() async throws {
        try await withTestStore { test in
            // Their times need not agree: a clock may go back.
            try await Self.record([Self.event(.note, "one", at: 9), Self.event(.note, "two", at: 3)], of: 5, in: test)
            try await Self.record([Self.event(.note, "other")], of: 6, in: test)
            try await Self.record([Self.event(.note, "three", at: 4)], of: 5, in: test)
            #expect(try await Self.texts(5, in: test) == ["one", "two", "three"])
            #expect(try await Self.texts(7, in: test) == [])
            #expect(try await MailTrace(store: test.store).find(.queueID(QueueID(rawValue: 7))) == [])
        }
    }

    @Test func theFirstAndTheLastOfManyAreKept() async throws {
        try await withTestStore { test in
            let count = Int(MailTrace.eventsMax) + 50
            try await Self.record((1...count).map { Self.event(.note, "\($0)") }, of: 5, in: test)
            let texts = try await Self.texts(5, in: test)
            #expect(texts.count == Int(MailTrace.eventsMax))
            #expect(texts.prefix(2) == ["1", "2"])
            #expect(texts.last == "\(count)")
        }
    }

    @Test func anArrivalIsToldOnce() async throws {
        try await withTestStore { test in
            let email = EmailID(rawValue: 5)
            let octets = Self.event(.via, "smtp").octets
            try await Self.record([Self.event(.note, "later")], of: 5, in: test)
            try await test.store.change { transaction in
                try MailTrace.recordArrival(octets, of: email, in: transaction)
                // As a replay does; what it has may be less.
                try MailTrace.recordArrival(Self.event(.via, "lmtp").octets, of: email, in: transaction)
                try MailTrace.recordArrival([], of: EmailID(rawValue: 6), in: transaction)
                try MailTrace.recordArrival([1, 2], of: EmailID(rawValue: 6), in: transaction)
            }
            #expect(try await Self.texts(5, in: test) == ["smtp", "later"])
            #expect(try await test.store.read { try MailTrace.arrival(of: email, in: $0) } == octets)
            #expect(try await test.store.read { try MailTrace.arrival(of: EmailID(rawValue: 6), in: $0) } == [])
        }
    }

    @Test func anArrivalComesBackInARebuild() async throws {
        let folder = TestFolder()
        var before: [MessageTrace] = []
        try await withTestStore(folder) { test in
            try await test.addAccount("ana@example.test")
            try await test.addAlias("all@example.test", to: "ana@example.test", "x@far.test")
            try await test.deliver("Message-ID: <1@a.test>\r\n\r\nx", to: "all@example.test", from: "s@a.test")
            before = try await MailTrace(store: test.store).find(.messageID("1@a.test"))
        }
        #expect(before.count == 1)
        #expect(before.first?.events.map(\.kind) == [.accepted])
        #expect(before.first?.events.first?.first(.queued) == "x@far.test")
        #expect(before.first?.events.first?.first(.filed)?.hasPrefix("ana@example.test/INBOX/") == true)
        try folder.removeDatabase()
        #expect(try MailSystemStore.rebuild(folder.path).problems == [])
        try await withTestStore(folder) { test in
            let after = try await MailTrace(store: test.store).find(.messageID("1@a.test"))
            #expect(after == before)
        }
    }

    /// More rows than one page of the search has, and messages that stand on its border.
    @Test(arguments: [0, 1, 499, 700, 998, 999, 1000, 1001]) func aSearchReadsAllPages(others: Int) async throws {
        try await withTestStore { test in
            for start in stride(from: 0, to: others, by: 250) {
                let last = min(others, start + 250)
                try await test.store.change { transaction in
                    for number in start..<last {
                        try MailTrace.record(
                            Self.event(.from, "nobody@far.test"), of: QueueID(rawValue: Int64(10_000 + number)),
                            in: transaction)
                    }
                }
            }
            // What is looked for stands first and last of many events.
            var first = [Self.event(.messageID, "1@a.test")]
            first += (0..<400).map { Self.event(.to, "a\($0)@near.test") }
            try await Self.record(first + [Self.event(.to, "Ana@Near.test")], of: 50, in: test)
            try await Self.record([Self.event(.login, "ana@near.test")], of: 40, in: test)
            try await Self.record(
                [Self.event(.reply, "ana@near.test"), Self.event(.messageID, "2@a.test")], of: 30, in: test)
            let trace = MailTrace(store: test.store)
            #expect(try await trace.find(.address("ANA@near.test")).map(\.queueID.rawValue) == [50, 40])
            #expect(try await trace.find(.address("ana@near.test"), limit: 1).map(\.events.count) == [402])
            #expect(try await trace.find(.messageID("1@a.test")).map(\.queueID.rawValue) == [50])
            #expect(try await trace.find(.messageID("2@a.test")).map(\.queueID.rawValue) == [30])
            #expect(try await trace.find(.messageID("3@a.test")) == [])
            #expect(try await trace.find(.address("nobody@far.test")).count == min(others, 20))
        }
    }

    @Test func whatIsOldIsForgotten() async throws {
        try await withTestStore { test in
            for number: Int64 in 1...10 {
                try await Self.record([Self.event(.note, "\(number)", at: number * 10)], of: number, in: test)
            }
            let trace = MailTrace(store: test.store)
            var rounds = 1
            while try await trace.prune(before: 50, limit: 2) { rounds += 1 }
            #expect(rounds == 3)
            #expect(try await test.count("SELECT min(at) FROM trace_event") == 50)
            #expect(try await test.count("SELECT count(*) FROM trace_event") == 6)
            #expect(try await !trace.prune(before: 50, limit: 2))
        }
    }

    /// A message that waits in the queue for long does not keep the trace of those that came after it.
    @Test func whatIsStillAtWorkKeepsNothingElse() async throws {
        try await withTestStore { test in
            try await Self.record((0..<2).map { _ in Self.event(.note, "recent", at: 1000) }, of: 1, in: test)
            for number: Int64 in 2...10 {
                try await Self.record([Self.event(.note, "old", at: 10)], of: number, in: test)
            }
            let trace = MailTrace(store: test.store)
            while try await trace.prune(before: 500, limit: 3) {}
            #expect(try await test.count("SELECT count(*) FROM trace_event") == 2)
        }
    }
}
