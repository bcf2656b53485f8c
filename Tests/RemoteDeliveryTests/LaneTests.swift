import MailCore
import MailQueue
import Testing

@testable import RemoteDelivery

@Suite struct LaneTests {
    private static func outcome(_ results: RecipientResult...) -> ItemOutcome {
        var outcome = ItemOutcome(host: nil, tls: nil)
        for (number, result) in results.enumerated() { outcome.results[Int64(number)] = result }
        return outcome
    }

    private static let fine = RecipientResult.delivered(.said("250 2.0.0 OK", .temporary), .passedOn)
    private static let later = RecipientResult.deferred(.said("450 4.2.1 grey", .temporary))
    private static let never = RecipientResult.failed(.said("550 5.1.1 no", .permanent))
    private static let closing = RecipientResult.deferred(.said("421 4.7.0 too many", .temporary))
    private static let broken = RecipientResult.deferred(.unanswered)

    /// (what became of an item, the window after five).
    static let outcomes: [(ItemOutcome, Int)] = [
        (outcome(fine), 6), (outcome(never), 6), (outcome(later), 6), (outcome(fine, broken), 6),
        (outcome(broken), 2), (outcome(closing, broken), 2), (outcome(closing, later), 6),
    ]

    @Test(arguments: outcomes) func theWindowFollowsWhatHappens(_ outcome: ItemOutcome, _ window: Int) {
        var lane = Lane(windowMax: 20)
        #expect(lane.window == 5)
        lane.workers = 5
        lane.failures = 3
        lane.ended(outcome)
        #expect(lane.window == window)
        #expect(lane.failures == 0)
    }

    @Test func theWindowHasBounds() {
        var lane = Lane(windowMax: 7)
        for _ in 0..<10 { lane.ended(Self.outcome(Self.fine)) }
        #expect(lane.window == 7)
        lane.workers = 7
        for window in [3, 1, 1] {
            lane.shrink()
            #expect(lane.window == window)
        }
        // Few are enough to see that it is too many.
        lane.window = 7
        lane.workers = 2
        lane.shrink()
        #expect(lane.window == 1)
        #expect(Lane(windowMax: 1).window == 1)
    }
}
