import Foundation
import MailCore
import Testing

@testable import Storage

@Suite struct StoreRebuildTests {
    private func rebuild(_ folder: TestFolder) throws -> StoreRebuild.Report {
        var rebuild = try StoreRebuild(
            folder: folder.path, parts: [TestFolder.schema], describing: TestFolder.describing)
        return try rebuild.run()
    }

    /// A store that was killed, with a write-ahead log, and whose rebuild was killed after so many of its last renames.
    private func killed(afterRenames count: Int) async throws -> (TestFolder, EmailID, writeAhead: [UInt8]) {
        let folder = try TestFolder()
        let store = try folder.open().store
        let email = try await store.deliverForTest("message", to: [1])
        _ = try await store.filings()
        let killed = try folder.copyOfFiles()
        await store.close()
        let writeAhead = try killed.octets(of: "paloma.db-wal")
        try Data("half a database".utf8).write(to: URL(fileURLWithPath: "\(killed.path)/paloma.db.new"))
        try Data("an earlier one".utf8).write(to: URL(fileURLWithPath: "\(killed.path)/paloma.db.old1"))
        for suffix in ["", "-wal"].prefix(count) {
            try killed.move("paloma.db\(suffix)", to: "paloma.db.old2\(suffix)")
        }
        return (killed, email, writeAhead)
    }

    @Test(arguments: 0...2)
    func aRebuildThatWasKilledWhileItPutTheOldDatabaseAsideIsDoneAgain(renames: Int) async throws {
        let (folder, email, writeAhead) = try await killed(afterRenames: renames)
        if renames > 0 {
            #expect { try folder.open() } throws: { ($0 as? StorageError)?.code == .databaseMissing }
        }
        let report = try rebuild(folder)
        #expect(report.problems.isEmpty)
        #expect(report.oldDatabase == "\(folder.path)/paloma.db.old2")
        #expect(try folder.octets(of: "paloma.db.old2-wal") == writeAhead)
        #expect(try folder.octets(of: "paloma.db.old1") == Array("an earlier one".utf8))
        let store = try folder.open().store
        #expect(try await store.filings() == [Filing(email, 1)])
        await store.close()
    }

    @Test func aWriteAheadLogWithoutItsDatabaseIsOfNoUse() async throws {
        let (folder, email, _) = try await killed(afterRenames: 0)
        try FileManager.default.removeItem(atPath: "\(folder.path)/paloma.db")
        try FileManager.default.removeItem(atPath: "\(folder.path)/paloma.db.new")
        #expect(try rebuild(folder).oldDatabase == nil)
        let store = try folder.open().store
        #expect(try await store.filings() == [Filing(email, 1)])
        await store.close()
    }
}
