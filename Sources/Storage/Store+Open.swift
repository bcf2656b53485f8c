internal import Glibc

extension Store {
    /// What opening found and did.
    public struct OpeningReport: Sendable {
        /// Deliveries that the database had lost in a power cut or kill, and has again.
        public var replayed = 0
        /// Octets at the end of the log that were no whole record: a write that nobody was told had succeeded.
        public var droppedOctets: Int64 = 0
    }

    /// Opens the store in a folder, or makes an empty one; replays what the database lost.
    ///
    /// - Parameters:
    ///   - parts: the tables of the modules that use the store.
    ///   - describing: does deliveries again whose rows are missing, and says what a record should hold today.
    ///   - onFatal: called when a flush failed and nothing may be believed any more; must end the process.
    public static func open(
        folder: String, parts: [SchemaPart], describing: LogDescribing, limits: StorageLimits = StorageLimits(),
        onFatal: @escaping @Sendable (StorageError) -> Void = Store.exitAfterFailedFlush
    ) throws -> (store: Store, report: OpeningReport) {
        let lock = try prepareFolder(folder)
        try refuseLostDatabase(folder)
        let connection = try SQLiteConnection(path: StoreFiles.database(folder), access: .readWrite)
        try connection.configureForWriting()
        try SchemaMigration(parts: [.storage] + parts, folder: folder).run(connection)
        // A disk that becomes full must not keep the rows of confirmed deliveries from being committed: what they need of the
        // write-ahead log is there beforehand. Behind its last frame SQLite reads zeros as its end.
        try File(StoreFiles.writeAheadLog(folder), .readWriteCreate).reserve(size: limits.reservedOctets)
        let segments = SegmentFiles(folder: StoreFiles.log(folder))
        let recovery = try LogRecovery(
            segments: segments, connection: connection, describing: describing, checkpointPages: limits.checkpointPages
        ).run()
        let log = try MessageLog(segments: segments, end: recovery.end, segmentBytesMax: limits.segmentBytesMax)
        try connection.keepSavepointsInMemory()
        let changes = MailChanges()
        let committer = Committer(
            connection: connection, log: log, segments: segments, describing: describing, limits: limits,
            changes: changes, onFatal: onFatal)
        if !recovery.openNotes.isEmpty { try committer.restate(recovery.openNotes) }
        let store = Store(
            folder: folder, limits: limits, parts: [.storage] + parts, describing: describing, segments: segments,
            lockFile: lock, committer: committer, changes: changes, nextEmail: recovery.nextEmail)
        return (store, recovery.report)
    }

    /// Says why and ends the process at once, without another write.
    @Sendable public static func exitAfterFailedFlush(_ error: StorageError) {
        let message = "paloma: fatal: \(error). Nothing unconfirmed is lost; fix the disk and start again.\n"
        _ = message.withCString { write(STDERR_FILENO, $0, strlen($0)) }
        _exit(74)  // EX_IOERR
    }

    /// An empty database beside a log would take new mail under old numbers.
    private static func refuseLostDatabase(_ folder: String) throws {
        if try Folder.names(folder).contains("paloma.db") {
            guard try File(StoreFiles.database(folder), .read).size() == 0 else { return }
        }
        let segments = SegmentFiles(folder: StoreFiles.log(folder))
        guard try segments.list().contains(where: { try segments.file($0).size() > 0 }) else { return }
        throw StorageError(
            .databaseMissing,
            "the database \(StoreFiles.database(folder)) is gone, but the message log is there; run: paloma check --rebuild"
        )
    }

    static func prepareFolder(_ folder: String) throws -> File {
        try Folder.make(folder)
        try Folder.make(StoreFiles.log(folder))
        try Folder.make(StoreFiles.spool(folder))
        let lock = try File(StoreFiles.lock(folder), .readWriteCreate)
        guard lock.lock() else {
            throw StorageError(.inUse, "another process has the store in \(folder) open")
        }
        return lock
    }
}

extension SQLiteConnection {
    func configureForWriting() throws(StorageError) {
        try execute(
            script: """
                PRAGMA journal_mode = WAL;
                PRAGMA synchronous = FULL;
                PRAGMA secure_delete = FAST;
                PRAGMA cache_size = -16384;
                PRAGMA wal_autocheckpoint = 0;
                PRAGMA journal_size_limit = 67108864;
                """)
        observeWriteAheadLog()
    }
}
