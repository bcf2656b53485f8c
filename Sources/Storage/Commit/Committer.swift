internal import MailCore
internal import NIOCore
internal import Synchronization

/// Makes groups of transactions durable. Lives on the writer's thread and nowhere else.
///
/// **The order in a group** (docs/store-format.md): run each job in a savepoint of its own, append the records to the log, one
/// flush of the log, then:
/// - a group of deliveries only is confirmed. The log has all that is needed to redo them, so the database's transaction
///   stays open for the next groups: pages that many deliveries change are written once. It is committed as soon as a
///   reader asks for anything, or nothing more comes for a moment, or `StorageLimits.hiddenMax` deliveries or
///   `hiddenCopiesMax` copies are in it;
/// - a group with changes that need no flush of their own commits the database without one, and is confirmed then. Their
///   notes are on disk with the log's next flush, `StorageLimits.hiddenSecondsMax` later at the most;
/// - any other group commits the database with its own flush first, and is confirmed then.
///
/// **When it fails.** If the append or the flush fails, the group is taken back and nobody was told. A failed flush is
/// fatal, since the kernel may have dropped the pages that it could not write: the process ends, and the next one
/// replays the log. If the disk is full when the rows of confirmed deliveries are to be committed, they are kept in mind,
/// every new transaction is refused, and they are filed again from the log when there is room. A failed flush of the
/// database's own files is fatal as well (`Checkpointer`).
///
/// It is confined to the writer's thread by `CommitQueue`, but for an atomic and a mutex: hence `@unchecked`.
final class Committer: @unchecked Sendable {
    private let connection: SQLiteConnection
    private let log: MessageLog
    private let segments: SegmentFiles
    private let describing: LogDescribing
    private let limits: StorageLimits
    private let changes: MailChanges
    private let onFatal: @Sendable (StorageError) -> Void
    private var isSynchronousFull: Bool?
    private var checkpointer: Checkpointer

    private var hidden = HiddenRows()
    /// Whether the log ends in notes that no flush has covered.
    private(set) var hasUnflushedNotes = false
    private let isHiding = Atomic(false)
    private var refilingPause = RetryPause()
    private let confirmed: Mutex<LogPosition>

    init(
        connection: SQLiteConnection, log: MessageLog, segments: SegmentFiles, describing: LogDescribing,
        limits: StorageLimits, changes: MailChanges, onFatal: @escaping @Sendable (StorageError) -> Void
    ) {
        self.connection = connection
        self.log = log
        self.segments = segments
        self.describing = describing
        self.limits = limits
        self.changes = changes
        self.onFatal = onFatal
        checkpointer = Checkpointer(connection: connection, pagesMax: limits.checkpointPages, onFatal: onFatal)
        confirmed = Mutex(log.end)
    }

    /// Whether rows of confirmed deliveries are not yet visible to readers. May be asked on any thread.
    var hasHiddenRows: Bool { isHiding.load(ordering: .acquiring) }

    /// Whether a listener waits to be told of hidden rows. On the writer's thread.
    var hasAwaitedRows: Bool { hidden.isAwaited }

    /// Where the log ended when a group was confirmed last: what stands before it is never taken back. May be asked on any
    /// thread.
    var confirmedEnd: LogPosition { confirmed.withLock { $0 } }

    /// Runs the jobs, as one group unless they file very many copies, and tells each of them how it ended.
    func commit(_ jobs: [CommitJob]) {
        var rest = jobs[...]
        while !rest.isEmpty { rest = rest.dropFirst(commitGroup(Array(rest))) }
        checkpointer.runIfDue()
    }

    /// - Returns: how many of the jobs have been done.
    private func commitGroup(_ jobs: [CommitJob]) -> Int {
        var group = CommitGroup(jobs: jobs, start: log.end)
        do {
            try roll()
            group = CommitGroup(jobs: jobs, start: log.end)
            if group.needsDatabaseFlush || !connection.isInTransaction { try revealHidden() }
            try begin(group)
            do {
                try run(&group)
                try append(group)
                if connection.isInTransaction { try connection.run("RELEASE grouped", []) { _ in } }
                if group.needsCommit { try commitDatabase() }
            } catch {
                takeBack(group)
                throw error
            }
            keepHidden(group)
            let end = log.end
            confirmed.withLock { $0 = end }
        } catch {
            group.fail(error)
        }
        // What is confirmed stays confirmed whether or not its rows can be seen now.
        let isTooMuch = hidden.deliveries.count >= limits.hiddenMax || hidden.copies >= limits.hiddenCopiesMax
        if group.wantsVisibility || isTooMuch { try? revealHidden() }
        group.finish()
        return group.jobs.count
    }

    /// Makes the rows of confirmed deliveries visible. When the disk is full they stay hidden, and later tries go on.
    ///
    /// - Returns: whether none is hidden now.
    func reveal() -> Bool {
        defer { checkpointer.runIfDue() }
        return (try? revealHidden()) != nil
    }

    /// Flushes the notes that the log ends in.
    func flushNotes() {
        guard hasUnflushedNotes else { return }
        // A failure has ended the process.
        try? flush { try log.synchronize() }
        hasUnflushedNotes = false
    }

    /// Whether there is something to do while nobody asks for anything.
    var hasIdleWork: Bool { checkpointer.isWorthIt }

    /// Copies the write-ahead log into the database file while nobody asks for anything.
    func workWhenIdle() {
        checkpointer.runWhenIdle()
    }

    /// Writes to the log how things are with what these notes are about; before any thread uses the store.
    func restate(_ notes: [LogNote]) throws {
        var failure: (any Error)?
        let describing = describing
        let job = CommitJob(
            durability: .database, messages: [],
            run: { transaction in
                for note in notes { try transaction.restate(note, describing) }
                return []
            }, finish: { failure = $0 })
        commit([job])
        if let failure { throw failure }
    }

    /// The last thing that the thread does.
    func close() {
        flushNotes()
        if (try? revealHidden()) != nil {
            checkpointer.finish()
        } else {
            connection.keepWriteAheadLogOnClose()
        }
        connection.close()
    }

    // MARK: A group

    /// A new segment whose name may not be on the disk is of no use, and a second flush would not tell.
    private func roll() throws {
        // Notes behind which another segment begins are not flushed with it.
        if log.isFull { flushNotes() }
        guard try log.rollIfFull() == .begun else { return }
        try flush { try segments.synchronizeNames() }
    }

    /// A failed flush is fatal: what the kernel could not write it may have dropped, and it says so once.
    private func flush(_ body: () throws -> Void) throws {
        do {
            try body()
        } catch let error as StorageError {
            onFatal(error)
            throw error
        }
    }

    /// Ends the group early when it has filed as many copies as may be hidden.
    private func run(_ group: inout CommitGroup) throws {
        for index in group.jobs.indices where group.jobs[index].durability != .visibility {
            try run(index, in: &group)
            if hidden.copies + group.copies >= limits.hiddenCopiesMax { return group.end(behind: index) }
        }
    }

    private func begin(_ group: CommitGroup) throws {
        if !connection.isInTransaction {
            try setSynchronous(full: group.needsDatabaseFlush)
            try connection.run("BEGIN IMMEDIATE", []) { _ in }
        }
        try connection.run("SAVEPOINT grouped", []) { _ in }
    }

    /// A job that fails leaves no trace in the transaction; only it is told.
    private func run(_ index: Int, in group: inout CommitGroup) throws {
        let job = group.jobs[index]
        let transaction = SQLTransaction(connection)
        try connection.run("SAVEPOINT job", []) { _ in }
        do {
            var records = try job.run(transaction)
            for index in records.indices { records[index].followers = records.count - 1 - index }
            let entries = try place(records, job.messages, from: group.end, transaction)
            try connection.run("RELEASE job", []) { _ in }
            for (record, entry) in zip(records, entries) { group.add(record, entry) }
            let isFlushNeeded = job.isMaintenance || transaction.notes.contains { !$0.isCheap }
            group.add(
                transaction.notes.map(MessageLog.Entry.init(note:)), isFlushNeeded: isFlushNeeded,
                notesAreLive: job.isMaintenance)
            group.actionsAfterCommit += transaction.actionsAfterCommit
            group.announced += transaction.announced
        } catch {
            // A full disk makes the engine roll the whole transaction back by itself.
            guard connection.isInTransaction else { throw error }
            try connection.run("ROLLBACK TO job", []) { _ in }
            try connection.run("RELEASE job", []) { _ in }
            group.outcomes[index] = error
        }
    }

    /// Notes where the messages will stand, one behind the other.
    private func place(
        _ records: [DeliveryRecord], _ messages: [CommitJob.Message], from start: LogPosition,
        _ transaction: SQLTransaction
    ) throws -> [MessageLog.Entry] {
        var position = start
        return try zip(records, messages).map { record, message in
            let entry = MessageLog.Entry(delivery: record, body: message.body)
            switch message.purpose {
            case .arrival: try transaction.insertContent(record, entry.header, at: position)
            case .move: try transaction.moveContent(of: record.email, entry.header, to: position)
            }
            position.offset += entry.header.recordLength
            return entry
        }
    }

    private func append(_ group: CommitGroup) throws {
        guard !group.entries.isEmpty else { return }
        try log.append(group.entries)
        if group.isFlushNeeded {
            try flush { try log.synchronize() }
            hasUnflushedNotes = false
        } else {
            // A change that is flushed with the database needs its note for a rebuild only.
            hasUnflushedNotes = hasUnflushedNotes || !group.needsDatabaseFlush
        }
        try note(
            segment: group.start.segment, octets: group.end.offset - group.start.offset, live: group.liveOctets,
            end: group.end, nextEmail: group.nextEmail)
    }

    private func note(segment: Int64, octets: Int64, live: Int64, end: LogPosition, nextEmail: Int64) throws {
        try connection.run(
            """
            INSERT INTO segment (segment, total, live) VALUES (?1, ?2, ?3)
            ON CONFLICT (segment) DO UPDATE SET total = total + excluded.total, live = live + excluded.live
            """, [.integer(segment), .integer(octets), .integer(live)]
        ) { _ in }
        try connection.run(
            """
            UPDATE log_state SET applied_segment = ?1, applied_offset = ?2, next_email = max(next_email, ?3)
            WHERE id = 1
            """, [.integer(end.segment), .integer(end.offset), .integer(nextEmail)]
        ) { _ in }
    }

    /// What the log got must not be replayed, since the clients will be told to try again.
    private func takeBack(_ group: CommitGroup) {
        if connection.isInTransaction {
            // Rows of confirmed deliveries that stand before the group's savepoint stay.
            let isKept =
                (try? connection.run("ROLLBACK TO grouped", []) { _ in }) != nil
                && (try? connection.run("RELEASE grouped", []) { _ in }) != nil
            if !isKept || hidden.isEmpty { try? connection.run("ROLLBACK", []) { _ in } }
        }
        guard !group.entries.isEmpty else { return }
        do {
            try log.takeBack(to: group.start)
        } catch {
            onFatal(StorageError(.inputOutput, "taking back what was not committed: \(error)"))
        }
    }

    // MARK: Visibility

    private func keepHidden(_ group: CommitGroup) {
        hidden.add(group)
        guard connection.isInTransaction else { return showHidden() }
        if !hidden.isAwaited { hidden.isAwaited = changes.isHeard(group.announced) }
        isHiding.store(true, ordering: .releasing)
    }

    /// Commits the open transaction; files again from the log what an earlier try could not commit.
    private func revealHidden() throws {
        if connection.isInTransaction {
            try commitHidden()
        } else if !hidden.isEmpty {
            let start = ContinuousClock.now
            try refilingPause.check(at: start)
            do {
                try fileAgain()
                try commitHidden()
            } catch {
                refilingPause.begin(after: error, start, .now)
                throw error
            }
            refilingPause.end()
        }
        showHidden()
    }

    /// They were committed.
    private func showHidden() {
        let (actions, announced) = hidden.removeAll()
        for action in actions { action() }
        changes.tell(announced)
        // Who finds nothing hidden takes it that all was told.
        isHiding.store(false, ordering: .releasing)
    }

    private func commitHidden() throws {
        do {
            try commitDatabase()
        } catch {
            if connection.isInTransaction { try? connection.run("ROLLBACK", []) { _ in } }
            throw error
        }
    }

    private func fileAgain() throws {
        try setSynchronous(full: false)
        try connection.run("BEGIN IMMEDIATE", []) { _ in }
        do {
            let transaction = SQLTransaction(connection)
            for hidden in hidden.deliveries {
                guard try transaction.insertContent(hidden.record, hidden.header, at: hidden.position) else { continue }
                let octets = try segments.file(hidden.position.segment).read(
                    count: Int(hidden.header.bodyLength), at: hidden.position.offset + hidden.header.bodyOffset)
                try octets.withUnsafeReadableBytes {
                    try describing.replay(hidden.record, $0, .recovery, transaction)
                }
                let end = LogPosition(
                    segment: hidden.position.segment, offset: hidden.position.offset + hidden.header.recordLength)
                try note(
                    segment: end.segment, octets: hidden.header.recordLength, live: hidden.header.recordLength,
                    end: end,
                    nextEmail: hidden.record.email.rawValue + 1)
            }
        } catch {
            if connection.isInTransaction { try? connection.run("ROLLBACK", []) { _ in } }
            throw error
        }
    }

    /// A full disk leaves the database as it was. After any other failure nobody knows what the file has, and which pages
    /// of earlier transactions the kernel dropped: only a new process can tell, from the log.
    private func commitDatabase() throws {
        do {
            try connection.run("COMMIT", []) { _ in }
        } catch let error as StorageError where error.code == .inputOutput {
            onFatal(error)
            throw error
        }
    }

    private func setSynchronous(full: Bool) throws {
        guard isSynchronousFull != full else { return }
        try connection.execute(script: full ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL")
        isSynchronousFull = full
    }
}
