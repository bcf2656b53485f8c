import AgentTestSupport
import MailCore
import MailQueue
import MailTrace
import ServerConfiguration
import Storage
import Testing

@testable import RemoteDelivery

@Suite struct AttemptEventTests {
    private static func item(_ addresses: [String], in world: OutboundWorld) async throws -> QueueItem {
        try await world.send(addresses)
        return try #require(try await world.test.queue.due("far.test", at: world.clock.now, limit: 1000).first)
    }

    private static func withItem(_ addresses: [String], _ body: (QueueItem) throws -> Void) async throws {
        try await withTestStore { test in
            let world = try OutboundWorld(test, SimulatedNetwork(), .init(), .init())
            try body(try await item(addresses, in: world))
        }
    }

    @Test func eachRecipientIsTold() async throws {
        try await Self.withItem(["a@far.test", "b@far.test", "c@far.test", "d@far.test"]) { item in
            var outcome = ItemOutcome(host: RemoteHost(try #require(Domain("mx.far.test"))), tls: "TLSv1.3")
            outcome.signatures = ["d=example.test s=one rsa-sha256"]
            outcome.results[0] = ItemOutcome.delivered(item).results[0]
            outcome.results[1] = .deferred(.said("450 4.2.1 later", .temporary))
            outcome.results[2] = .failed(.said("550 5.1.1 never", .permanent))
            outcome.nextAttempt = 4_000
            let sorted = SortedOutcome(item, outcome, RetrySchedule(), at: 1_000)
            let event = AttemptEvent.make(item, outcome, sorted, at: 1_000)
            #expect(event.kind == .attempt)
            #expect(
                event.facts.map(\.text) == [
                    "mx.far.test", "TLSv1.3", "d=example.test s=one rsa-sha256", "a@far.test", "delivered",
                    "250 2.0.0 OK", "b@far.test", "deferred", "450 4.2.1 later", "4000", "c@far.test", "failed",
                    "550 5.1.1 never",
                ])
            // Whom nothing was said about is tried again.
            #expect(sorted.done == [0, 2])
            #expect(sorted.deferrals.map(\.recipients) == [[1], [3]])
            #expect((sorted.delivered, sorted.deferred, sorted.failed) == (1, 2, 1))
        }
    }

    @Test func ofManyRecipientsSomeAreTold() async throws {
        try await Self.withItem((0..<150).map { "x\($0)@far.test" }) { item in
            let outcome = ItemOutcome.deferred(item)
            let sorted = SortedOutcome(item, outcome, RetrySchedule(), at: 1_000)
            let event = AttemptEvent.make(item, outcome, sorted, at: 1_000)
            #expect(event.facts.filter { $0.field == .to }.count == 100)
            #expect(event.first(.note) == "and 50 more recipients")
            // Those that failed together come back together.
            #expect(sorted.deferrals.count == 1)
            let next = try #require(sorted.deferrals.first?.nextAttempt)
            #expect((1_300...1_330).contains(next))
        }
    }
}
