internal import Synchronization

/// Connections that only read, each used by one thread at a time, opened when needed and kept.
final class ReaderPool: Sendable {
    private let path: String
    private let mappedOctets: Int64
    private let idle = Mutex<[Connection]>([])

    /// A connection in the pool belongs to nobody; outside of it, to one thread.
    private struct Connection: @unchecked Sendable {
        let connection: SQLiteConnection
    }

    /// - Parameter mappedOctets: of the file that are read through a mapping.
    init(path: String, mappedOctets: Int64 = 0) {
        self.path = path
        self.mappedOctets = mappedOctets
    }

    /// Runs the closure in a snapshot of its own.
    func read<T>(_ body: (SQLTransaction) throws -> T) throws -> T {
        let connection = try idle.withLock { $0.popLast() } ?? open()
        defer {
            if connection.connection.isInTransaction { try? connection.connection.run("ROLLBACK", []) { _ in } }
            // One that still is in a transaction would be of no use to the next reader.
            if !connection.connection.isInTransaction { idle.withLock { $0.append(connection) } }
        }
        try connection.connection.run("BEGIN", []) { _ in }
        return try body(SQLTransaction(connection.connection))
    }

    /// Closes what is idle; called when nothing reads any more.
    func close() {
        idle.withLock { $0.removeAll() }
    }

    private func open() throws -> Connection {
        let connection = try SQLiteConnection(path: path, access: .readWrite)
        try connection.execute(
            script: "PRAGMA query_only = ON; PRAGMA cache_size = -4096; PRAGMA mmap_size = \(mappedOctets)")
        return Connection(connection: connection)
    }
}
