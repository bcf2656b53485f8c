import Dispatch
import Foundation
import MailCore
import Synchronization
import Testing

@testable import Storage

/// Ends the readers of a test.
private final class Stop: Sendable {
    let isAsked = Atomic(false)
    let left = DispatchSemaphore(value: 0)
}

@Suite struct CheckpointTests {
    private static let small: StorageLimits = {
        var limits = StorageLimits()
        limits.checkpointPages = 50
        limits.reservedOctets = 0
        limits.idleSeconds = 3600
        return limits
    }()

    /// Pages that the file of the write-ahead log has had.
    private func pages(_ folder: TestFolder) throws -> Int { try folder.size("paloma.db-wal") / 4120 }

    @Test func theWriteAheadLogStaysShort() async throws {
        let folder = try TestFolder()
        let store = try folder.open(limits: Self.small).store
        for _ in 0..<400 { try await store.probe() }
        #expect(try pages(folder) < 100)
        await store.close()
        #expect(!FileManager.default.fileExists(atPath: "\(folder.path)/paloma.db-wal"))
    }

    @Test func theWriteAheadLogStaysBoundedBesideSteadyReaders() async throws {
        let folder = try TestFolder()
        let store = try folder.open(limits: Self.small).store
        // Three readers whose snapshots overlap: there is hardly a moment without one.
        let stop = Stop()
        let readers = (0..<3).map { number in
            Thread {
                guard let reader = try? SQLiteConnection(path: store.databasePath, access: .readWrite) else { return }
                while !stop.isAsked.load(ordering: .relaxed) {
                    try? reader.execute(script: "BEGIN; SELECT * FROM log_state")
                    Thread.sleep(forTimeInterval: 0.002 + 0.001 * Double(number))
                    try? reader.execute(script: "COMMIT")
                }
                reader.close()
                stop.left.signal()
            }
        }
        for reader in readers { reader.start() }
        for _ in 0..<1500 { try await store.probe() }
        stop.isAsked.store(true, ordering: .relaxed)
        #expect(try pages(folder) < 500)
        await store.close()
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                for _ in 0..<3 { stop.left.wait() }
                continuation.resume()
            }
        }
    }

    @Test func idleTimeIsUsed() async throws {
        let folder = try TestFolder()
        var limits = StorageLimits()
        limits.idleSeconds = 0.01
        limits.reservedOctets = 0
        limits.checkpointPages = 1_000_000
        let store = try folder.open(limits: limits).store
        limits.checkpointPages = 16
        await store.close()
        let again = try folder.open(limits: limits).store
        let email = try await again.deliverForTest("message", to: [1])
        #expect(try await again.filings() == [Filing(email, 1)])
        // In the database file itself, without the write-ahead log beside it.
        let copy = try TestFolder()
        try FileManager.default.createDirectory(atPath: copy.path, withIntermediateDirectories: true)
        var isThere = false
        for _ in 0..<1000 where !isThere {
            try? FileManager.default.removeItem(atPath: "\(copy.path)/paloma.db")
            try FileManager.default.copyItem(atPath: "\(folder.path)/paloma.db", toPath: "\(copy.path)/paloma.db")
            let connection = try SQLiteConnection(path: "\(copy.path)/paloma.db", access: .readWrite)
            try? connection.run(composed: "SELECT 1 FROM filing", []) { _ in isThere = true }
            connection.close()
            try await Task.sleep(for: .milliseconds(5))
        }
        #expect(isThere)
        await again.close()
    }
}
