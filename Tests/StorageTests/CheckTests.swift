import Glibc
import MailCore
import NIOCore
import Testing

@testable import Storage

@Suite struct CheckTests {
    @Test func aFlippedBitInAMessageIsFoundNamedAndMended() async throws {
        let folder = try TestFolder()
        let store = try folder.open().store
        _ = try await store.deliverForTest("first message", to: [1])
        let email = try await store.deliverForTest("second message", to: [1, 2])
        let content = try #require(try await store.read { try $0.content(of: email) })
        try folder.change("log/0000000001.seg", at: Int(content.position.offset) + 3, by: 1)
        let findings = try await store.check(.look)
        #expect(findings.map(\.kind) == [.damagedMessage])
        #expect(findings.first?.email == email)
        #expect(findings.first?.copies.map(\.account.rawValue) == [1, 2])
        await #expect(throws: StorageError.self) { try await store.text(of: email) }
        #expect(try await store.check(.repair).map(\.isMended) == [true])
        #expect(try await store.check(.look).isEmpty)
        #expect(try await store.text(of: email).utf8.count == 14)
        await store.close()
    }

    @Test func aTornRecordHeaderIsFound() async throws {
        let folder = try TestFolder()
        let store = try folder.open().store
        let email = try await store.deliverForTest("only message", to: [1])
        try folder.change("log/0000000001.seg", at: 9)
        #expect(try await store.check(.look).map(\.kind) == [.unreadableLog])
        #expect(try await store.check(.repair).map(\.isMended) == [true])
        #expect(try await store.check(.look).isEmpty)
        #expect(try await store.text(of: email) == "only message")
        await store.close()
    }

    @Test func aTruncatedSegmentIsFound() async throws {
        let folder = try TestFolder()
        let store = try folder.open().store
        let email = try await store.deliverForTest(String(repeating: "x", count: 1000), to: [1])
        try folder.truncate("log/0000000001.seg", to: 500)
        let findings = try await store.check(.look)
        #expect(findings.map(\.kind) == [.lostMessage])
        #expect(findings.first?.email == email)
        #expect(try await store.check(.repair).map(\.isMended) == [true])
        #expect(try await store.check(.look).isEmpty)
        await store.close()
    }

    @Test func wrongReferenceCountsAreFoundAndMended() async throws {
        let folder = try TestFolder()
        let store = try folder.open().store
        _ = try await store.deliverForTest("message", to: [1, 2])
        try await store.change { _ = try $0.run("UPDATE content SET references_count = 7") }
        #expect(try await store.check(.repair).map(\.kind) == [.count])
        #expect(try await store.check(.look).isEmpty)
        await store.close()
    }

    @Test func everyOctetOfTheLogIsGuarded() async throws {
        let folder = try TestFolder()
        let store = try folder.open().store
        let email = try await store.deliverForTest("short message", to: [1])
        let size = try folder.size("log/0000000001.seg")
        let redo = DeliveryRecord(email: email, copies: [FiledCopy(forTestOf: 1)], queued: nil).octets
        let padding = size - 32 - redo.count - 13
        #expect((0..<8).contains(padding))
        for offset in 0..<(size - padding) {
            try folder.change("log/0000000001.seg", at: offset, by: 1)
            #expect(try await store.check(.look).count == 1, "octet \(offset)")
            try folder.change("log/0000000001.seg", at: offset, by: 1)
        }
        #expect(try await store.check(.look).isEmpty)
        await store.close()
    }

    @Test func aBackupOpensLikeTheStore() async throws {
        let folder = try TestFolder()
        let store = try folder.open().store
        let before = try await store.deliverForTest("before", to: [1])
        let copy = try TestFolder()
        try await store.backUp(to: copy.path)
        let after = try await store.deliverForTest("after", to: [1])
        let backup = try copy.open().store
        #expect(try await backup.filings() == [Filing(before, 1)])
        #expect(try await backup.text(of: before) == "before")
        #expect(try await backup.check(.look).isEmpty)
        await #expect(throws: StorageError.self) { try await store.backUp(to: copy.path) }
        #expect(try await store.text(of: after) == "after")
        await backup.close()
        await store.close()
    }

    /// What the writer is about to append it may take back, even while it is copied.
    @Test func aBackupHasOnlyWhatIsConfirmed() async throws {
        let folder = try TestFolder()
        let store = try folder.open().store
        let email = try await store.deliverForTest("confirmed", to: [1])
        let size = try folder.size("log/0000000001.seg")
        try folder.append([UInt8](repeating: 1, count: 5000), to: "log/0000000001.seg")
        let copy = try TestFolder()
        let segment = "\(folder.path)/log/0000000001.seg"
        try await store.backUp(to: copy.path) { _, _ in truncate(segment, off_t(size)) }
        #expect(try copy.size("log/0000000001.seg") == size)
        let (backup, report) = try copy.open()
        #expect(report.droppedOctets == 0)
        #expect(try await backup.text(of: email) == "confirmed")
        await backup.close()
        await store.close()
    }

    @Test func compactionAndCheckExcludeEachOther() async throws {
        let folder = try TestFolder()
        let store = try folder.open().store
        #expect(await store.maintenance.acquire())
        await #expect(throws: StorageError.self) { try await store.check(.look) }
        await #expect(throws: StorageError.self) { try await store.compact() }
        await store.maintenance.release()
        #expect(try await store.check(.look).isEmpty)
        await store.close()
    }
}
