import MailCore
import Testing

@testable import Storage

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
}
