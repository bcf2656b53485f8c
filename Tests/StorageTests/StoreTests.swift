import Foundation
import MailCore
import NIOCore
import Testing

@testable import Storage

@Suite struct StoreTests {
    @Test func deliveredIsThereAfterReopening() async throws {
        let folder = try TestFolder()
        let first = try folder.open()
        let email = try await first.store.deliverForTest("Subject: hola\r\n\r\nbody\r\n", to: [1, 2])
        #expect(try await first.store.filings() == [Filing(email, 1), Filing(email, 2)])
        await first.store.close()
        let second = try folder.open()
        #expect(second.report.replayed == 0)
        #expect(try await second.store.filings() == [Filing(email, 1), Filing(email, 2)])
        #expect(try await second.store.text(of: email) == "Subject: hola\r\n\r\nbody\r\n")
        await second.store.close()
    }

    @Test func lostTransactionsAreReplayedFromTheLog() async throws {
        let folder = try TestFolder()
        let first = try folder.open()
        let before = try await first.store.deliverForTest("one", to: [1])
        await first.store.close()
        try folder.copyDatabase(to: "saved.db")
        let second = try folder.open()
        let after = try await second.store.deliverForTest("two", to: [1, 2])
        await second.store.close()
        try folder.replaceDatabase(with: "saved.db")
        for expected in [1, 0] {
            let third = try folder.open()
            #expect(third.report.replayed == expected)
            #expect(try await third.store.filings() == [Filing(before, 1), Filing(after, 1), Filing(after, 2)])
            #expect(try await third.store.text(of: after) == "two")
            #expect(third.store.reserveEmailID() > after)
            await third.store.close()
        }
    }

    @Test func oneFailingTransactionDoesNotHarmItsGroup() async throws {
        let folder = try TestFolder()
        let store = try folder.open().store
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<50 {
                group.addTask {
                    if number.isMultiple(of: 7) {
                        await #expect(throws: StorageError.self) {
                            try await store.change { transaction in
                                try transaction.run("INSERT INTO filing VALUES (99, 99)")
                                throw StorageError(.misuse, "on purpose")
                            }
                        }
                    } else {
                        _ = try await store.deliverForTest("number \(number)", to: [Int64(number)])
                    }
                }
            }
            try await group.waitForAll()
        }
        let filings = try await store.filings()
        #expect(filings.count == 42)
        #expect(!filings.contains { $0.account == 99 })
        await store.close()
    }

    @Test func aSecondProcessIsRefused() async throws {
        let folder = try TestFolder()
        let store = try folder.open().store
        #expect { try folder.open() } throws: { ($0 as? StorageError)?.code == .inUse }
        await store.close()
    }

    @Test func aNewerSchemaIsRefused() async throws {
        let folder = try TestFolder()
        await (try folder.open().store).close()
        let newer = SchemaPart(name: "test", versions: TestFolder.schema.versions + [["CREATE TABLE more (a INTEGER)"]])
        let migrated = try folder.open(schema: newer).store
        try await migrated.change { _ = try $0.run("INSERT INTO more VALUES (1)") }
        await migrated.close()
        #expect(try folder.names("snapshots") == ["before-migration-from-storage1-test1.db"])
        #expect { try folder.open() } throws: { ($0 as? StorageError)?.code == .newerSchema }
    }

    @Test func largeMessagesArriveThroughAFile() async throws {
        let folder = try TestFolder()
        let store = try folder.open().store
        var spool = store.spool()
        let piece = ByteBuffer(repeating: UInt8(ascii: "x"), count: 100_000)
        for _ in 0..<30 {
            spool.append(piece)
            if spool.mustFlush { try await spool.flush() }
        }
        let body = try await spool.finish()
        #expect(body.count == 3_000_000)
        let email = try await store.deliverForTest(body, to: [1])
        #expect(try await store.text(of: email) == String(repeating: "x", count: 3_000_000))
        await store.close()
    }

    /// Each delivery has a savepoint: on the disk, what they undo would be more than all that is kept.
    @Test func aScanEndsWhenTheReaderHasEnough() async throws {
        let folder = try TestFolder()
        defer { withExtendedLifetime(folder) {} }
        let store = try folder.open().store
        for text in ["one", "two", "three"] { _ = try await store.deliverForTest(text, to: [1]) }
        let (some, all) = try await store.read { transaction in
            var some: [Int64] = []
            try transaction.scan("SELECT body_length FROM content ORDER BY email") { row in
                some.append(row.integer(0))
                return some.count == 2 ? .enough : .more
            }
            var all: [Int64] = []
            try transaction.scan("SELECT body_length FROM content ORDER BY email") { row in
                all.append(row.integer(0))
                return .more
            }
            return (some, all)
        }
        #expect(some == [3, 3])
        #expect(all == [3, 3, 5])
        await store.close()
    }

    @Test(arguments: [1, 700_000]) func aMessageIsComparedWithItsChecksumPieceByPiece(count: Int) async throws {
        let folder = try TestFolder()
        defer { withExtendedLifetime(folder) {} }
        let store = try folder.open().store
        let email = try await store.deliverForTest(String(repeating: "x", count: count), to: [1])
        let content = try #require(try await store.read { try $0.content(of: email) })
        var other = content
        other.checksum ^= 1
        #expect(try store.isIntactBlocking(content))
        #expect(try store.isIntactBlocking(other) == false)
        await store.close()
    }

    @Test func whatSavepointsUndoStaysInMemory() async throws {
        let folder = try TestFolder()
        let store = try folder.open().store
        #expect(try await store.change { try $0.first("PRAGMA temp_store") { $0.integer(0) } } == 2)
        await store.close()
    }

    @Test func whatIsReleasedBecomesFree() async throws {
        let folder = try TestFolder()
        let store = try folder.open().store
        let email = try await store.deliverForTest("to two", to: [1, 2])
        let live = try await store.liveOctets()
        #expect(live > 0)
        #expect(try await store.change { try $0.release(email) } == false)
        #expect(try await store.change { try $0.release(email) } == true)
        #expect(try await store.liveOctets() == 0)
        #expect(try await store.read { try $0.content(of: email) } == nil)
        await store.close()
    }

    @Test func aLostDatabaseIsNotReplacedByAnEmptyOne() async throws {
        let folder = try TestFolder()
        let store = try folder.open().store
        _ = try await store.deliverForTest("message", to: [1])
        await store.close()
        try folder.removeDatabase()
        #expect { try folder.open() } throws: { ($0 as? StorageError)?.code == .databaseMissing }
        #expect(try !FileManager.default.contentsOfDirectory(atPath: folder.path).contains("paloma.db"))
    }

    @Test func notesOfATransactionThatWasNeverConfirmedAreTakenBack() async throws {
        let folder = try TestFolder()
        let store = try folder.open().store
        let email = try await store.deliverForTest("kept", to: [1])
        try await store.change { transaction in
            try transaction.run("INSERT INTO setting VALUES ('colour', 'red')")
            try transaction.salvage(table: "setting", key: "name", "colour")
        }
        await store.close()
        try folder.copyDatabase(to: "saved.db")
        let second = try folder.open().store
        try await second.change { transaction in
            try transaction.run("UPDATE setting SET value = 'blue'")
            try transaction.salvage(table: "setting", key: "name", "colour")
        }
        await second.close()
        // As after a kill between the flush of the log and the database's commit.
        try folder.replaceDatabase(with: "saved.db")
        await (try folder.open().store).close()
        try folder.removeDatabase()
        var rebuild = try StoreRebuild(
            folder: folder.path, parts: [TestFolder.schema], describing: TestFolder.describing)
        #expect(try rebuild.run().problems.isEmpty)
        let rebuilt = try folder.open().store
        #expect(try await rebuilt.read { try $0.first("SELECT value FROM setting") { $0.text(0) } } == "red")
        #expect(try await rebuilt.filings() == [Filing(email, 1)])
        await rebuilt.close()
    }
}
