import Dispatch
import MailCore
import NIOCore
import Synchronization
import Testing

@testable import Storage

/// A disk that may be full, as the filing of deliveries sees it.
private final class Disk: Sendable {
    let attempts = Atomic(0)
    let isFull = Atomic(false)
}

/// How many rows each of several transactions saw.
private final class Sightings: Sendable {
    let counts = Mutex<[Int]>([])
}

@Suite struct VisibilityTests {
    /// Rows stay hidden for as long as the test takes, unless somebody reads.
    private static let hiding: StorageLimits = {
        var limits = StorageLimits()
        limits.hiddenSecondsMax = 3600
        return limits
    }()

    @Test func whoReadsSeesWhatWasConfirmed() async throws {
        let folder = try TestFolder()
        let store = try folder.open(limits: Self.hiding).store
        for count in 1...20 {
            _ = try await store.deliverForTest("message \(count)", to: [1])
            #expect(try await store.filings().count == count)
        }
        await store.close()
    }

    @Test func whatWasConfirmedButHiddenSurvivesAKill() async throws {
        let folder = try TestFolder()
        let store = try folder.open(limits: Self.hiding).store
        var emails: [EmailID] = []
        for count in 0..<5 { emails.append(try await store.deliverForTest("message \(count)", to: [1, 2])) }
        let killed = try folder.copyOfFiles()
        await store.close()
        let (restarted, report) = try killed.open()
        #expect(report.replayed == 5)
        #expect(try await restarted.filings().count == 10)
        for (count, email) in emails.enumerated() { #expect(try await restarted.text(of: email) == "message \(count)") }
        #expect(try await restarted.check(.look).isEmpty)
        await restarted.close()
    }

    @Test func aChangeMakesEarlierDeliveriesDurableWithIt() async throws {
        let folder = try TestFolder()
        let store = try folder.open(limits: Self.hiding).store
        let email = try await store.deliverForTest("message", to: [1])
        try await store.expungeForTest(email, of: 1)
        let killed = try folder.copyOfFiles()
        await store.close()
        let (restarted, report) = try killed.open()
        #expect(report.replayed == 0)
        #expect(try await restarted.filings().isEmpty)
        await restarted.close()
    }

    @Test func whatIsWrittenSurvivesAKill() async throws {
        let folder = try TestFolder()
        let store = try folder.open(limits: Self.hiding).store
        let email = try await store.deliverForTest("message", to: [1])
        _ = try await store.change(.written) { try $0.run("INSERT INTO setting VALUES ('colour', 'blue')") }
        let killed = try folder.copyOfFiles()
        await store.close()
        let (restarted, report) = try killed.open()
        // The change has committed what was hidden before it.
        #expect(report.replayed == 0)
        #expect(try await restarted.filings() == [Filing(email, 1)])
        let colour = try await restarted.read { try $0.first("SELECT value FROM setting") { $0.text(0) } }
        #expect(colour == "blue")
        await restarted.close()
    }

    @Test func aFailingDeliveryLeavesHiddenOnesAlone() async throws {
        let folder = try TestFolder()
        let store = try folder.open(limits: Self.hiding).store
        let first = try await store.deliverForTest("first", to: [1])
        // The same account twice breaks the rule of the table's key.
        await #expect(throws: StorageError.self) { _ = try await store.deliverForTest("second", to: [2, 2]) }
        let third = try await store.deliverForTest("third", to: [3])
        #expect(try await store.filings() == [Filing(first, 1), Filing(third, 3)])
        #expect(try await store.check(.look).isEmpty)
        await store.close()
    }

    @Test func closingMakesAllVisible() async throws {
        let folder = try TestFolder()
        let store = try folder.open(limits: Self.hiding).store
        let email = try await store.deliverForTest("message", to: [1])
        await store.close()
        let (again, report) = try folder.open()
        #expect(report.replayed == 0)
        #expect(try await again.filings() == [Filing(email, 1)])
        await again.close()
    }

    /// Rows that everybody sees, asked past the store, which would make them visible.
    private static func visibleRows(_ folder: TestFolder) throws -> Int {
        let connection = try SQLiteConnection(path: "\(folder.path)/paloma.db", access: .readWrite)
        defer { connection.close() }
        var count = 0
        try connection.run(composed: "SELECT count(*) FROM filing", []) { count = Int($0.integer(0)) }
        return count
    }

    @Test func aMessageToManyIsVisibleAtOnce() async throws {
        let folder = try TestFolder()
        var limits = Self.hiding
        limits.hiddenCopiesMax = 10
        let store = try folder.open(limits: limits).store
        _ = try await store.deliverForTest("to few", to: [1, 2])
        #expect(try Self.visibleRows(folder) == 0)
        _ = try await store.deliverForTest("to many", to: Array(1...9))
        #expect(try Self.visibleRows(folder) == 11)
        await store.close()
    }

    /// However many messages wait, no group files more copies than may be hidden, and one message's.
    @Test func aGroupOfMessagesToManyIsDivided() async throws {
        let folder = try TestFolder()
        var limits = Self.hiding
        limits.hiddenCopiesMax = 10
        let store = try folder.open(limits: limits).store
        let gate = DispatchSemaphore(value: 0)
        let seen = Sightings()
        try await withThrowingTaskGroup(of: Void.self) { group in
            // The writer waits while the others come together to one group.
            group.addTask { try await store.change { _ in gate.wait() } }
            for _ in 0..<6 {
                group.addTask {
                    let email = store.reserveEmailID()
                    try await store.deliver(email, MessageBody(ByteBuffer(string: "x"))) { transaction in
                        let visible = try Self.visibleRows(folder)
                        seen.counts.withLock { $0.append(visible) }
                        let copies = (1...6).map { FiledCopy(forTestOf: $0) }
                        let record = DeliveryRecord(email: email, copies: copies, queued: nil)
                        try record.file(in: transaction)
                        return (record, ())
                    }
                }
            }
            try await Task.sleep(for: .milliseconds(100))
            gate.signal()
            try await group.waitForAll()
        }
        #expect(seen.counts.withLock { $0 } == [0, 0, 12, 12, 24, 24])
        #expect(try await store.filings().count == 36)
        await store.close()
    }

    /// After the disk was full, filing again what is hidden is not tried for each reader; when there is room, it is done.
    @Test func readersOfAFullDiskAreNotHeldUp() async throws {
        let folder = try TestFolder()
        let disk = Disk()
        let store = try folder.open(
            limits: Self.hiding,
            replaying: { record, transaction in
                disk.attempts.add(1, ordering: .relaxed)
                if disk.isFull.load(ordering: .relaxed) { throw StorageError(.diskFull, "full") }
                try record.file(in: transaction)
            })
        let email = try await store.deliverForTest("confirmed", to: [1])
        disk.isFull.store(true, ordering: .relaxed)
        // As a full disk does it, the engine takes the whole transaction back.
        await #expect(throws: StorageError.self) {
            try await store.enqueue(.log, message: nil) { transaction -> (DeliveryRecord?, Void) in
                try transaction.connection.execute(script: "ROLLBACK")
                throw StorageError(.diskFull, "full")
            }
        }
        let start = ContinuousClock.now
        for _ in 0..<300 { #expect(try await store.filings().isEmpty) }
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        #expect(disk.attempts.load(ordering: .relaxed) <= 2 + Int(seconds / 0.05))
        disk.isFull.store(false, ordering: .relaxed)
        var filings: [Filing] = []
        while filings.isEmpty, ContinuousClock.now - start < .seconds(60) { filings = try await store.filings() }
        #expect(filings == [Filing(email, 1)])
        await store.close()
    }
}
