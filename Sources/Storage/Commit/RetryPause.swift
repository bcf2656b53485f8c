/// Keeps work that failed from being done again at once: what it costs stays a small part of the time.
struct RetryPause {
    private var last: (failure: any Error, end: ContinuousClock.Instant)?

    /// Fails as the work did, as long as it is too early to try again.
    func check(at now: ContinuousClock.Instant) throws {
        if let last, now < last.end { throw last.failure }
    }

    /// The work was done between two instants and failed.
    mutating func begin(after failure: any Error, _ start: ContinuousClock.Instant, _ end: ContinuousClock.Instant) {
        let pause = min(max((end - start) * Self.costShare, Self.shortest), Self.longest)
        last = (failure, end + pause)
    }

    /// The work succeeded.
    mutating func end() {
        last = nil
    }

    private static let costShare = 20
    private static let shortest = Duration.milliseconds(50)
    private static let longest = Duration.seconds(1)
}
