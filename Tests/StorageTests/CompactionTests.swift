import MailCore
import NIOCore
import Testing

@testable import Storage

@Suite struct CompactionTests {
    private func smallSegments() -> StorageLimits {
        var limits = StorageLimits()
        limits.segmentBytesMax = 2000
        return limits
    }

    @Test func spaceOfExpungedMessagesComesBack() async throws {
        let folder = try TestFolder()
        let store = try folder.open(limits: smallSegments()).store
        var emails: [EmailID] = []
        for number in 0..<60 {
            emails.append(
                try await store.deliverForTest("message \(number) " + String(repeating: ".", count: 300), to: [1]))
        }
        let before = try folder.names("log").count
        for (index, email) in emails.enumerated() where !index.isMultiple(of: 10) {
            try await store.expungeForTest(email, of: 1)
        }
        let report = try await store.compact()
        #expect(report.segments > 0)
        #expect(report.octetsFreed > 0)
        #expect(try folder.names("log").count < before)
        for (index, email) in emails.enumerated() where index.isMultiple(of: 10) {
            #expect(try await store.text(of: email).hasPrefix("message \(index) "))
        }
        #expect(try await store.check(.look).isEmpty)
        await store.close()
        let again = try folder.open(limits: smallSegments())
        #expect(again.report.replayed == 0)
        #expect(try await again.store.filings().count == 6)
        #expect(try await again.store.check(.look).isEmpty)
        await again.store.close()
    }

    @Test func aRebuildAfterACompactionKnowsWhatWasThereLast() async throws {
        let folder = try TestFolder()
        let store = try folder.open(limits: smallSegments()).store
        try await store.change { transaction in
            try transaction.run("INSERT INTO setting VALUES ('colour', 'red')")
            try transaction.salvage(table: "setting", key: "name", "colour")
        }
        var emails: [EmailID] = []
        for number in 0..<40 {
            emails.append(
                try await store.deliverForTest("message \(number) " + String(repeating: ".", count: 300), to: [1, 2]))
        }
        try await store.change { transaction in
            try transaction.run("UPDATE setting SET value = 'blue'")
            try transaction.salvage(table: "setting", key: "name", "colour")
        }
        for email in emails.dropLast(3) {
            try await store.expungeForTest(email, of: 1)
            try await store.expungeForTest(email, of: 2)
        }
        try await store.expungeForTest(emails[39], of: 2)
        #expect(try await store.compact().segments > 0)
        let expected = try await store.filings()
        await store.close()
        try folder.removeDatabase()
        var rebuild = try StoreRebuild(
            folder: folder.path, parts: [TestFolder.schema], describing: TestFolder.describing)
        let report = try rebuild.run()
        #expect(report.messages == 3)
        #expect(report.problems.isEmpty)
        let rebuilt = try folder.open(limits: smallSegments())
        #expect(try await rebuilt.store.filings() == expected)
        let colour = try await rebuilt.store.read { try $0.first("SELECT value FROM setting") { $0.text(0) } }
        #expect(colour == "blue")
        #expect(rebuilt.store.reserveEmailID() > emails[39])
        #expect(try await rebuilt.store.check(.look).isEmpty)
        await rebuilt.store.close()
    }
}
