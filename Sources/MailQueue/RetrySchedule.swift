/// When a recipient that could not be reached is tried again, and when that ends (RFC 5321 §4.5.4.1).
public struct RetrySchedule: Sendable, Hashable {
    /// From the first failure to the next attempt; each one after that waits twice as long.
    public var firstSeconds: Int64 = 5 * 60
    /// The longest wait between two attempts.
    public var greatestSeconds: Int64 = 4 * 3600
    /// The age at which the sender is told that it takes longer; 0 for never.
    public var delayNoticeSeconds: Int64 = 4 * 3600
    /// The age at which it is given up: RFC 5321 wants four to five days at least.
    public var expirySeconds: Int64 = 5 * 86_400

    /// The defaults.
    public init() {}

    /// The wait before the next attempt.
    ///
    /// - Parameter failures: in a row, from 1.
    /// - Parameter spread: from 0 to 1, by chance: a tenth of the wait is left to it, so that what failed together does
    ///   not come back together.
    public func waitSeconds(afterFailures failures: Int64, spread: Double) -> Int64 {
        let doublings = min(max(failures - 1, 0), 32)
        let wait = min(firstSeconds << doublings, greatestSeconds)
        return max(1, wait + Int64(Double(wait) * 0.1 * min(max(spread, 0), 1)))
    }
}
