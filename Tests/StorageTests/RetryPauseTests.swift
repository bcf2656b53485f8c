import Testing

@testable import Storage

@Suite struct RetryPauseTests {
    @Test func itIsAtLeastShortAndAtMostASecond() throws {
        let start = ContinuousClock.now
        for (cost, pause) in [(0, 50), (10, 200), (500, 1000)] {
            var retry = RetryPause()
            let end = start + .milliseconds(cost)
            retry.begin(after: StorageError(.diskFull, "full"), start, end)
            #expect(throws: StorageError.self) { try retry.check(at: end + .milliseconds(pause - 1)) }
            try retry.check(at: end + .milliseconds(pause))
        }
    }

    @Test func successEndsIt() throws {
        var retry = RetryPause()
        let now = ContinuousClock.now
        try retry.check(at: now)
        retry.begin(after: StorageError(.diskFull, "full"), now, now)
        retry.end()
        try retry.check(at: now)
    }
}
