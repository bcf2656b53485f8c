import Foundation

/// A data folder of its own for a test, gone with it.
package final class TestFolder: Sendable {
    /// Where it is.
    package let path = NSTemporaryDirectory() + "paloma-test-" + UUID().uuidString

    /// Not made yet: opening a store does that.
    package init() {}

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    /// Keeps the database of a closed store as it is now.
    package func saveDatabase() throws {
        try FileManager.default.copyItem(atPath: "\(path)/paloma.db", toPath: "\(path)/saved.db")
    }

    /// Puts the saved database back: what came later is in the log alone, as after a power cut.
    package func restoreDatabase() throws {
        try removeDatabase()
        try FileManager.default.copyItem(atPath: "\(path)/saved.db", toPath: "\(path)/paloma.db")
    }

    /// As if the disk had lost it.
    package func removeDatabase() throws {
        for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: "\(path)/paloma.db\(suffix)") }
    }

    /// The names in a folder within it.
    package func names(_ folder: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: "\(path)/\(folder)").sorted()
    }

    /// Takes a folder within it away.
    package func remove(_ folder: String) throws {
        try FileManager.default.removeItem(atPath: "\(path)/\(folder)")
    }
}
