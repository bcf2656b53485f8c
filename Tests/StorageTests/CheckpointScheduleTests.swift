import Testing

@testable import Storage

@Suite struct CheckpointScheduleTests {
    @Test func copiesOnceEnoughHasComeTogether() {
        var schedule = CheckpointSchedule(pagesMax: 100)
        #expect(schedule.step(pages: 99) == .nothing)
        #expect(schedule.step(pages: 100) == .copy)
        // What came of it is not asked: a full disk, or a reader in the way.
        #expect(schedule.step(pages: 101) == .nothing)
        #expect(schedule.step(pages: 199) == .nothing)
        #expect(schedule.step(pages: 200) == .copy)
    }

    @Test func beginsAgainWithTheLog() {
        var schedule = CheckpointSchedule(pagesMax: 100)
        #expect(schedule.step(pages: 100) == .copy)
        #expect(schedule.step(pages: 3) == .nothing)
        #expect(schedule.step(pages: 99) == .nothing)
        #expect(schedule.step(pages: 103) == .copy)
    }

    @Test func aLogThatReadersKeepLongIsBegunAnew() {
        var schedule = CheckpointSchedule(pagesMax: 100)
        let steps = stride(from: 50, through: 650, by: 50).map { schedule.step(pages: $0) }
        let due = steps.enumerated().filter { $0.element != .nothing }.map { ($0.offset + 1) * 50 }
        #expect(due == [100, 200, 300, 400, 500, 600])
        #expect(steps.filter { $0 == .beginAnew }.count == 3)
    }

    @Test func inIdleTimeLessIsEnough() {
        var schedule = CheckpointSchedule(pagesMax: 160)
        #expect(!schedule.isWorthIt(pages: 9))
        #expect(schedule.isWorthIt(pages: 10))
        #expect(schedule.stepWhenIdle(pages: 10) == .copy)
        #expect(!schedule.isWorthIt(pages: 10))
        #expect(schedule.stepWhenIdle(pages: 12) == .nothing)
        #expect(!schedule.isWorthIt(pages: 2))
        #expect(schedule.stepWhenIdle(pages: 20) == .copy)
        #expect(schedule.step(pages: 179) == .nothing)
        #expect(schedule.step(pages: 180) == .copy)
    }
}
