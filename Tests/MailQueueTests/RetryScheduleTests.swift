import MailQueue
import Testing

@Suite struct RetryScheduleTests {
    /// (failures in a row, seconds until the next attempt).
    static let waits: [(Int64, Int64)] = [
        (-5, 300), (0, 300), (1, 300), (2, 600), (3, 1200), (4, 2400), (5, 4800), (6, 9600), (7, 14_400), (8, 14_400),
        (64, 14_400), (.max, 14_400),
    ]

    @Test(arguments: waits) func waitsDouble(_ failures: Int64, _ seconds: Int64) {
        #expect(RetrySchedule().waitSeconds(afterFailures: failures, spread: 0) == seconds)
    }

    /// (spread, seconds after the first failure).
    static let spreads: [(Double, Int64)] = [(0, 300), (0.5, 315), (1, 330), (-1, 300), (7, 330), (.infinity, 330)]

    @Test(arguments: spreads) func aTenthIsLeftToChance(_ spread: Double, _ seconds: Int64) {
        #expect(RetrySchedule().waitSeconds(afterFailures: 1, spread: spread) == seconds)
    }

    @Test func aWaitIsASecondAtLeast() {
        var schedule = RetrySchedule()
        (schedule.firstSeconds, schedule.greatestSeconds) = (0, 0)
        #expect(schedule.waitSeconds(afterFailures: 3, spread: 1) == 1)
        (schedule.firstSeconds, schedule.greatestSeconds) = (100, 10)
        #expect(schedule.waitSeconds(afterFailures: 1, spread: 0) == 10)
    }

    /// RFC 5321 §4.5.4.1: at least thirty minutes between tries soon, and given up after four to five days.
    @Test func theDefaultsAreThoseOfTheStandard() {
        #expect(RetrySchedule().expirySeconds >= 4 * 86_400)
    }
}
