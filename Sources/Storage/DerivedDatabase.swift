internal import Glibc
internal import Synchronization

/// A database beside the store whose rows are all made from it: it may be lost, and is begun anew when it cannot be read
/// or is of another version.
///
/// One writes at a time, many read, each in a snapshot of its own; all of it blocks, so it is called from threads that may.
/// What was committed survives a kill; a power cut may take the last commits away, and never more than that.
public final class DerivedDatabase: Sendable {
    /// Where it is, and what is in it.
    public struct Form: Sendable {
        /// The file's name in the data folder.
        public var name: String
        /// Of the tables below and of what is in them; from 1 up.
        public var version: Int64
        /// The statements that make its tables.
        public var tables: [String]

        /// As above.
        public init(name: String, version: Int64, tables: [String]) {
            self.name = name
            self.version = version
            self.tables = tables
        }
    }

    /// Whether the rows of an earlier run are there.
    public enum Origin: Sendable {
        case kept
        /// There was none, or none that is of use.
        case begunAnew
    }

    /// What opening found.
    public let origin: Origin
    private let path: String
    private let readers: ReaderPool
    private let writer: Mutex<Writer>

    /// Used by whoever holds the lock.
    private struct Writer: @unchecked Sendable {
        let connection: SQLiteConnection
    }

    /// Opens the database in a data folder, or makes an empty one.
    public init(folder: String, form: Form) throws {
        path = "\(folder)/\(form.name)"
        let opened = try Self.open(path, form)
        origin = opened.origin
        writer = Mutex(Writer(connection: opened.connection))
        readers = ReaderPool(path: path, mappedOctets: Self.mappedOctets)
    }

    /// Octets of the file that readers see through a mapping, in place of copies of their own.
    private static let mappedOctets: Int64 = 1 << 30

    private static func open(_ path: String, _ form: Form) throws -> (connection: SQLiteConnection, origin: Origin) {
        if let connection = try? SQLiteConnection(path: path, access: .readWrite),
            (try? version(connection)) == form.version
        {
            try configure(connection)
            return (connection, .kept)
        }
        for suffix in ["", "-wal", "-shm"] { unlink(path + suffix) }
        let connection = try SQLiteConnection(path: path, access: .readWrite)
        try configure(connection)
        try connection.execute(script: "BEGIN")
        for table in form.tables { try connection.execute(script: table) }
        try connection.execute(script: "PRAGMA user_version = \(form.version); COMMIT")
        return (connection, .begunAnew)
    }

    private static func version(_ connection: SQLiteConnection) throws -> Int64 {
        var version: Int64 = 0
        try connection.run("PRAGMA user_version", []) { version = $0.integer(0) }
        return version
    }

    private static func configure(_ connection: SQLiteConnection) throws {
        try connection.execute(
            script: """
                PRAGMA journal_mode = WAL;
                PRAGMA synchronous = NORMAL;
                PRAGMA secure_delete = FAST;
                PRAGMA cache_size = -4096;
                PRAGMA journal_size_limit = 16777216;
                """)
    }

    /// Reads in a snapshot.
    public func read<T>(_ body: (SQLTransaction) throws -> T) throws -> T {
        try readers.read(body)
    }

    /// Changes it; waits for who changes it already.
    public func change<T>(_ body: (SQLTransaction) throws -> T) throws -> T {
        try writer.withLock { writer in
            let connection = writer.connection
            try connection.run("BEGIN IMMEDIATE", []) { _ in }
            do {
                let value = try body(SQLTransaction(connection))
                try connection.run("COMMIT", []) { _ in }
                return value
            } catch {
                if connection.isInTransaction { try? connection.run("ROLLBACK", []) { _ in } }
                throw error
            }
        }
    }

    /// Octets on the disk, the write-ahead log included.
    public var octetsOnDisk: Int64 {
        ["", "-wal"].reduce(0) { sum, suffix in
            var status = stat()
            return stat(path + suffix, &status) == 0 ? sum + Int64(status.st_size) : sum
        }
    }

    /// What it has is of no use: the next one to open it begins anew. Until then it can be read and changed as before.
    public func discard() {
        for suffix in ["", "-wal", "-shm"] { unlink(path + suffix) }
    }

    /// Ends; nothing may read or write any more.
    public func close() {
        readers.close()
        writer.withLock { $0.connection.close() }
    }
}
