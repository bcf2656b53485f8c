public import MailCore
internal import NIOPosix
internal import Synchronization

/// The one store: an SQL database and an append-only message log in a folder (docs/store-format.md).
///
/// Reading closures run on threads that may block, each in a snapshot of its own; writing closures run on the one
/// writer's thread, whose transactions become durable in groups. When `change` or `deliver` returns, what it did is on
/// disk.
public final class Store: Sendable {
    /// The data folder.
    public let folder: String
    /// What is different in the store, as it happens.
    package let changes: MailChanges
    let limits: StorageLimits
    let parts: [SchemaPart]
    let describing: LogDescribing
    let segments: SegmentFiles
    let readerThreads: NIOThreadPool
    let readers: ReaderPool
    /// Held by whoever takes segments away, or must not see one go: a compaction, a backup.
    let maintenance = MaintenanceLock()
    private let lockFile: File
    private let commits: CommitQueue
    private let nextEmail: Mutex<Int64>

    var spoolFolder: String { "\(folder)/spool" }
    var databasePath: String { StoreFiles.database(folder) }

    init(
        folder: String, limits: StorageLimits, parts: [SchemaPart], describing: LogDescribing, segments: SegmentFiles,
        lockFile: File, committer: Committer, changes: MailChanges, nextEmail: Int64
    ) {
        self.folder = folder
        self.limits = limits
        self.parts = parts
        self.describing = describing
        self.segments = segments
        self.lockFile = lockFile
        self.changes = changes
        self.nextEmail = Mutex(nextEmail)
        commits = CommitQueue(committer: committer, limits: limits)
        readers = ReaderPool(path: StoreFiles.database(folder))
        readerThreads = NIOThreadPool(numberOfThreads: limits.readers)
        readerThreads.start()
    }

    /// A number for a message that begins to arrive: it shows in the trace fields and in the reply.
    public func reserveEmailID() -> EmailID {
        nextEmail.withLock { next in
            defer { next += 1 }
            return EmailID(rawValue: next)
        }
    }

    /// A place for a message to arrive in.
    public func spool() -> MessageSpool { MessageSpool(store: self) }

    /// Reads in a snapshot that has everything confirmed before.
    public nonisolated(nonsending) func read<T: Sendable>(_ body: @escaping @Sendable (SQLTransaction) throws -> T)
        async throws -> T
    {
        await settle()
        let readers = readers
        return try await readerThreads.runIfActive { try readers.read(body) }
    }

    /// Returns when everything that was confirmed before can be seen, and who listens to changes has been told of it.
    public nonisolated(nonsending) func settle() async {
        if commits.hasHiddenRows { await waitForWriter() }
    }

    /// Where the log ended after everything that could be seen when this was called.
    func confirmedEnd() async -> LogPosition {
        await waitForWriter()
        return commits.confirmedEnd
    }

    /// Returns when the writer has done what waited, and has made it visible.
    private nonisolated(nonsending) func waitForWriter() async {
        await withCheckedContinuation { continuation in
            commits.enqueue(
                CommitJob(
                    durability: .visibility, messages: [], run: { _ in [] },
                    // When the rows cannot be committed, for a full disk, readers get what there is.
                    finish: { _ in continuation.resume() }))
        }
    }

    /// Runs blocking work that is not a transaction, such as parsing a large message, on a reader's thread.
    public func work<T: Sendable>(_ body: @escaping @Sendable () throws -> T) async throws -> T {
        try await readerThreads.runIfActive(body)
    }

    /// Changes the database; durable when it returns.
    public nonisolated(nonsending) func change<T: Sendable>(_ body: @escaping @Sendable (SQLTransaction) throws -> T)
        async throws -> T
    {
        try await change(.flushed, body)
    }

    /// What a change has come through when its caller goes on.
    public enum ChangeDurability: Sendable {
        /// It is on disk.
        case flushed
        /// The kernel has it: the end of the process takes nothing away, a power cut perhaps what changed in the last
        /// `StorageLimits.hiddenSecondsMax`. For what harms nobody when it is lost, or is told to the log by a note that
        /// recovery obeys (`LogNote.settled`).
        case written
    }

    /// Changes the database.
    public nonisolated(nonsending) func change<T: Sendable>(
        _ durability: ChangeDurability, _ body: @escaping @Sendable (SQLTransaction) throws -> T
    ) async throws -> T {
        try await enqueue(durability == .flushed ? .database : .written, message: nil) { transaction in
            (nil, try body(transaction))
        }
    }

    /// Delivers a message: its octets, the rows of its copies and queue entries, in one transaction; on disk when it
    /// returns. The closure files the copies and returns the record that does the same again in a replay.
    ///
    /// It has its place in the writer's order before the caller is first suspended, so that a caller who does not wait
    /// for each has them filed in the order of the calls.
    public nonisolated(nonsending)
        func deliver<T: Sendable>(
            _ email: EmailID, _ body: MessageBody,
            _ file: @escaping @Sendable (SQLTransaction) throws -> (DeliveryRecord?, T)
        ) async throws -> T
    {
        try await enqueue(.log, message: CommitJob.Message(purpose: .arrival, email: email, body: body), file)
    }

    /// Delivers messages as `deliver` does one, all or none: also where a power cut comes between them. The closure returns
    /// their records in their order, or none when nothing is kept.
    public nonisolated(nonsending)
        func deliver<T: Sendable>(
            together messages: [(email: EmailID, body: MessageBody)],
            _ file: @escaping @Sendable (SQLTransaction) throws -> ([DeliveryRecord], T)
        ) async throws -> T
    {
        let messages = messages.map { CommitJob.Message(purpose: .arrival, email: $0.email, body: $0.body) }
        return try await enqueue(.log, messages: messages, isMaintenance: false, file)
    }

    nonisolated(nonsending)
        func enqueue<T: Sendable>(
            _ durability: CommitJob.Durability, message: CommitJob.Message?, isMaintenance: Bool = false,
            _ body: @escaping @Sendable (SQLTransaction) throws -> (DeliveryRecord?, T)
        ) async throws -> T
    {
        try await enqueue(durability, messages: message.map { [$0] } ?? [], isMaintenance: isMaintenance) {
            transaction in
            let (record, value) = try body(transaction)
            return (record.map { [$0] } ?? [], value)
        }
    }

    nonisolated(nonsending)
        private func enqueue<T: Sendable>(
            _ durability: CommitJob.Durability, messages: [CommitJob.Message], isMaintenance: Bool,
            _ body: @escaping @Sendable (SQLTransaction) throws -> ([DeliveryRecord], T)
        ) async throws -> T
    {
        try await withCheckedThrowingContinuation { continuation in
            let outcome = Outcome<T>()
            commits.enqueue(
                CommitJob(
                    durability: durability, isMaintenance: isMaintenance, messages: messages,
                    run: { transaction in
                        let (records, value) = try body(transaction)
                        outcome.value = value
                        return records
                    },
                    finish: { error in
                        if let value = outcome.value, error == nil {
                            continuation.resume(returning: value)
                        } else {
                            continuation.resume(throwing: error ?? StorageError(.misuse, "a job that did not run"))
                        }
                    }))
        }
    }

    /// Written by a job and read when it has finished, both on the writer's thread.
    private final class Outcome<T>: @unchecked Sendable {
        var value: T?
    }

    /// Whether the store can be written: writes a row that changes nothing, and returns when it is on disk.
    public func probe() async throws {
        try await change { _ = try $0.run("UPDATE log_state SET id = id") }
    }

    /// Ends after what was begun; the next one to open the folder has nothing to replay.
    public func close() async {
        try? await readerThreads.shutdownGracefully()
        readers.close()
        await commits.close()
        lockFile.unlock()
    }
}
