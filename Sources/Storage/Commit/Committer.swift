internal import MailCore

/// Makes groups of transactions durable. Lives on the writer's thread and nowhere else.
///
/// The order in a group (docs/store-format.md): open the transaction, run each job in a savepoint of its own, append the
/// records to the log, one flush of the log, COMMIT, then tell everybody. If the append or the flush fails, nothing was
/// committed and nobody was told. A failed flush is fatal, since the kernel may have dropped the pages that it could
/// not write: the process ends, and the next one replays the log.
final class Committer: @unchecked Sendable {  // confined to the writer's thread by CommitQueue
    private let connection: SQLiteConnection
    private let log: MessageLog
    private let onFatal: @Sendable (StorageError) -> Void
    private var isSynchronousFull: Bool?

    init(connection: SQLiteConnection, log: MessageLog, onFatal: @escaping @Sendable (StorageError) -> Void) {
        self.connection = connection
        self.log = log
        self.onFatal = onFatal
    }

    /// Runs the jobs as one transaction and tells each of them how it ended.
    func commit(_ jobs: [CommitJob]) {
        var group = CommitGroup(jobs: jobs)
        do {
            try setSynchronous(full: jobs.contains { $0.durability == .database })
            try log.rollIfFull()
            let start = log.end
            try connection.run("BEGIN IMMEDIATE", []) { _ in }
            do {
                group.end = start
                for index in jobs.indices { try run(index, in: &group) }
                try append(group, from: start)
                try commitDatabase()
            } catch {
                takeBack(to: start, hasAppended: !group.entries.isEmpty)
                throw error
            }
        } catch {
            group.fail(error)
        }
        group.finish()
    }

    /// Writes to the log how things are with what these notes are about; before any thread uses the store.
    func restate(_ notes: [LogNote], _ describing: LogDescribing) throws {
        var failure: (any Error)?
        let job = CommitJob(
            durability: .database, message: nil,
            run: { transaction in
                for note in notes { try transaction.restate(note, describing) }
                return nil
            }, finish: { failure = $0 })
        commit([job])
        if let failure { throw failure }
    }

    /// The last thing that the thread does.
    func close() {
        connection.close()
    }

    /// A job that fails leaves no trace in the transaction; only it is told.
    private func run(_ index: Int, in group: inout CommitGroup) throws {
        let job = group.jobs[index]
        let transaction = SQLTransaction(connection)
        try connection.run("SAVEPOINT job", []) { _ in }
        do {
            let record = try job.run(transaction)
            var entries: [MessageLog.Entry] = []
            if let record, let message = job.message {
                let entry = MessageLog.Entry(delivery: record, body: message.body)
                switch message.purpose {
                case .arrival: try transaction.insertContent(record, entry.header, at: group.end)
                case .move: try transaction.moveContent(of: record.email, entry.header, to: group.end)
                }
                entries.append(entry)
            }
            entries += transaction.notes.map(MessageLog.Entry.init(note:))
            try connection.run("RELEASE job", []) { _ in }
            let isFlushNeeded = record != nil || job.isMaintenance || transaction.notes.contains { !$0.isCheap }
            group.add(entries, isFlushNeeded: isFlushNeeded, notesAreLive: job.isMaintenance)
            group.actionsAfterCommit += transaction.actionsAfterCommit
        } catch {
            // A full disk makes the engine roll the whole transaction back by itself.
            guard connection.isInTransaction else { throw error }
            try connection.run("ROLLBACK TO job", []) { _ in }
            try connection.run("RELEASE job", []) { _ in }
            group.outcomes[index] = error
        }
    }

    private func append(_ group: CommitGroup, from start: LogPosition) throws {
        guard !group.entries.isEmpty else { return }
        try log.append(group.entries)
        if group.isFlushNeeded {
            do {
                try log.synchronize()
            } catch let error as StorageError {
                onFatal(error)
                throw error
            }
        }
        let length = group.end.offset - start.offset
        try connection.run(
            """
            INSERT INTO segment (segment, total, live) VALUES (?1, ?2, ?3)
            ON CONFLICT (segment) DO UPDATE SET total = total + excluded.total, live = live + excluded.live
            """, [.integer(start.segment), .integer(length), .integer(group.liveOctets)]
        ) { _ in }
        try connection.run(
            """
            UPDATE log_state SET applied_segment = ?1, applied_offset = ?2, next_email = max(next_email, ?3)
            WHERE id = 1
            """, [.integer(group.end.segment), .integer(group.end.offset), .integer(group.nextEmail)]
        ) { _ in }
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

    /// What the log got must not be replayed, since the clients will be told to try again.
    private func takeBack(to start: LogPosition, hasAppended: Bool) {
        if connection.isInTransaction { try? connection.run("ROLLBACK", []) { _ in } }
        guard hasAppended else { return }
        do {
            try log.takeBack(to: start)
        } catch {
            onFatal(StorageError(.inputOutput, "taking back what was not committed: \(error)"))
        }
    }

    private func setSynchronous(full: Bool) throws {
        guard isSynchronousFull != full else { return }
        try connection.execute(script: full ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL")
        isSynchronousFull = full
    }
}
