internal import CSQLite
internal import Glibc

/// One connection to the embedded engine, used by one thread at a time; its statements are prepared once.
final class SQLiteConnection {
    /// What the connection may do.
    enum Access {
        case readOnly
        case readWrite
    }

    private let handle: OpaquePointer
    private var isClosed = false
    private var statements: [UnsafeRawPointer: OpaquePointer] = [:]
    private var composed: [String: OpaquePointer] = [:]
    /// Pages in the write-ahead log after the last COMMIT of this connection, if it observes that.
    private(set) var writeAheadPages = 0

    /// `synchronous` is set by the owner, and only outside of a transaction.
    init(path: String, access: Access) throws(StorageError) {
        var opened: OpaquePointer?
        let mode = access == .readOnly ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
        let result = sqlite3_open_v2(path, &opened, mode | SQLITE_OPEN_NOMUTEX, nil)
        guard let opened else { throw StorageError(.inputOutput, "SQLite has no memory for a connection") }
        handle = opened
        sqlite3_extended_result_codes(handle, 1)
        guard result == SQLITE_OK else {
            let failure = failure(result, "open \(path)")
            sqlite3_close_v2(opened)
            throw failure
        }
        sqlite3_busy_timeout(handle, Self.busyMilliseconds)
    }

    deinit {
        close()
    }

    /// The last connection to close copies the write-ahead log into the database file and removes it.
    func close() {
        guard !isClosed else { return }
        isClosed = true
        for statement in statements.values { sqlite3_finalize(statement) }
        for statement in composed.values { sqlite3_finalize(statement) }
        sqlite3_close_v2(handle)
    }

    /// Takes the place of SQLite's automatic checkpoint: from now on `writeAheadPages` is counted, and nothing is copied
    /// before the owner asks for it.
    func observeWriteAheadLog() {
        sqlite3_wal_hook(
            handle,
            { connection, _, _, pages in
                guard let connection else { return SQLITE_OK }
                Unmanaged<SQLiteConnection>.fromOpaque(connection).takeUnretainedValue().writeAheadPages = Int(pages)
                return SQLITE_OK
            }, Unmanaged.passUnretained(self).toOpaque())
    }

    /// What savepoints need to undo stays in memory. Else SQLite writes each page that a savepoint changes to a file before:
    /// several times as much as the write-ahead log gets. What sorts many rows does that in memory as well.
    func keepSavepointsInMemory() throws(StorageError) {
        try execute(script: "PRAGMA temp_store = MEMORY")
    }

    /// Closing does not copy the write-ahead log.
    func keepWriteAheadLogOnClose() {
        _ = sqlite3_keep_wal_on_close(handle)
    }

    /// How a checkpoint treats readers.
    enum CheckpointMode {
        /// Copies what no reader is in the way of, and waits for nobody.
        case passive
        /// Waits for readers, so that the log can begin anew with the next COMMIT.
        case restart
        /// The same, and the log's file has no octets after it.
        case truncate
    }

    /// What a checkpoint came to.
    struct CheckpointResult: Equatable {
        /// Pages in the write-ahead log.
        var pages: Int
        /// Those of them that are in the database file.
        var copied: Int
    }

    /// Copies pages of the write-ahead log into the database file, outside of a transaction; what was copied is flushed
    /// when this returns. Readers in the way are no error.
    ///
    /// - Parameter waitMilliseconds: how long it waits for readers.
    func checkpoint(_ mode: CheckpointMode, waitMilliseconds: CInt = 0) throws(StorageError) -> CheckpointResult {
        let flag =
            switch mode {
            case .passive: SQLITE_CHECKPOINT_PASSIVE
            case .restart: SQLITE_CHECKPOINT_RESTART
            case .truncate: SQLITE_CHECKPOINT_TRUNCATE
            }
        sqlite3_busy_timeout(handle, waitMilliseconds)
        defer { sqlite3_busy_timeout(handle, Self.busyMilliseconds) }
        var pages: CInt = 0
        var copied: CInt = 0
        let result = sqlite3_wal_checkpoint_v2(handle, "main", flag, &pages, &copied)
        guard result == SQLITE_OK || result & 0xff == SQLITE_BUSY else { throw failure(result, "checkpoint") }
        return CheckpointResult(pages: max(0, Int(pages)), copied: max(0, Int(copied)))
    }

    private static let busyMilliseconds: CInt = 10_000

    /// Rows changed by the last INSERT, UPDATE or DELETE.
    var changes: Int { Int(sqlite3_changes(handle)) }

    /// Whether a transaction is open.
    var isInTransaction: Bool { sqlite3_get_autocommit(handle) == 0 }

    /// Runs statements that return nothing and are not worth keeping prepared.
    func execute(script: String) throws(StorageError) {
        let result = sqlite3_exec(handle, script, nil, nil, nil)
        guard result == SQLITE_OK else { throw failure(result, script) }
    }

    /// Runs a statement to its end, handing each row to `each`.
    func run(_ sql: StaticString, _ values: [SQLValue], each: (SQLRow) throws -> Void) throws {
        try step(prepared(sql), values) { row in
            try each(row)
            return .more
        }
    }

    /// Runs a statement as long as `each` wants more rows.
    func scan(_ sql: StaticString, _ values: [SQLValue], each: (SQLRow) throws -> ScanDemand) throws {
        try step(prepared(sql), values, each)
    }

    private func prepared(_ sql: StaticString) throws(StorageError) -> OpaquePointer {
        let key = UnsafeRawPointer(sql.utf8Start)
        if let known = statements[key] { return known }
        let statement = try prepare(sql.description)
        statements[key] = statement
        return statement
    }

    /// The same for a statement put together at run time, from table and column names of ours.
    func run(composed sql: String, _ values: [SQLValue], each: (SQLRow) throws -> Void) throws {
        let statement: OpaquePointer
        if let known = composed[sql] {
            statement = known
        } else {
            statement = try prepare(sql)
            composed[sql] = statement
        }
        try step(statement, values) { row in
            try each(row)
            return .more
        }
    }

    private func step(_ statement: OpaquePointer, _ values: [SQLValue], _ each: (SQLRow) throws -> ScanDemand) throws {
        defer {
            sqlite3_reset(statement)
            sqlite3_clear_bindings(statement)
        }
        for (index, value) in values.enumerated() {
            try bind(value, to: statement, at: CInt(index + 1))
        }
        while true {
            let result = sqlite3_step(statement)
            switch result {
            case SQLITE_ROW: if try each(SQLRow(statement)) == .enough { return }
            case SQLITE_DONE: return
            default: throw failure(result, String(cString: sqlite3_sql(statement)))
            }
        }
    }

    private func prepare(_ sql: String) throws(StorageError) -> OpaquePointer {
        var statement: OpaquePointer?
        let result = sqlite3_prepare_v3(handle, sql, -1, CUnsignedInt(SQLITE_PREPARE_PERSISTENT), &statement, nil)
        guard result == SQLITE_OK, let statement else { throw failure(result, sql) }
        return statement
    }

    /// SQLITE_TRANSIENT: the engine makes its own copy.
    private static let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)

    private func bind(_ value: SQLValue, to statement: OpaquePointer, at index: CInt) throws(StorageError) {
        let result: CInt
        switch value {
        case .null:
            result = sqlite3_bind_null(statement, index)
        case .integer(let number):
            result = sqlite3_bind_int64(statement, index, number)
        case .text(var text):
            result = text.withUTF8 { octets in
                octets.withMemoryRebound(to: CChar.self) {
                    sqlite3_bind_text64(
                        statement, index, $0.baseAddress ?? Self.empty, UInt64($0.count), Self.transient,
                        UInt8(SQLITE_UTF8))
                }
            }
        case .octets(let octets):
            result = octets.withUnsafeBytes {
                $0.isEmpty
                    ? sqlite3_bind_zeroblob(statement, index, 0)
                    : sqlite3_bind_blob64(statement, index, $0.baseAddress, UInt64($0.count), Self.transient)
            }
        }
        guard result == SQLITE_OK else { throw failure(result, "bind") }
    }

    /// A text that is there although it has no characters: a null pointer would bind NULL.
    nonisolated(unsafe) private static let empty: UnsafePointer<CChar> = {
        let octet = UnsafeMutablePointer<CChar>.allocate(capacity: 1)
        octet.pointee = 0
        return UnsafePointer(octet)
    }()

    private func failure(_ result: CInt, _ what: String) -> StorageError {
        let code: StorageError.Code
        switch result & 0xff {
        case SQLITE_FULL: code = .diskFull
        case SQLITE_CORRUPT, SQLITE_NOTADB: code = .corrupt
        case SQLITE_CONSTRAINT: code = .constraint
        case SQLITE_BUSY, SQLITE_LOCKED: code = .inUse
        case SQLITE_IOERR, SQLITE_CANTOPEN, SQLITE_READONLY, SQLITE_NOMEM:
            // A flush that failed is never only a full disk: what it should have written may be half there.
            let isFlush = [4, 5].contains(result >> 8)  // SQLITE_IOERR_FSYNC, SQLITE_IOERR_DIR_FSYNC
            let isFull = [ENOSPC, EDQUOT].contains(sqlite3_system_errno(handle))
            code = isFull && !isFlush ? .diskFull : .inputOutput
        default: code = .misuse
        }
        return StorageError(code, "database: \(String(cString: sqlite3_errmsg(handle))) (\(result)) in: \(what)")
    }
}
