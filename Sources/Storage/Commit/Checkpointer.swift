/// Copies SQLite's write-ahead log into the database file, between transactions on the writer's thread.
///
/// SQLite's automatic checkpoint tells nobody when a flush fails. Here that ends the process, as a failed flush of the
/// message log does: the pages that the kernel could not write it may have dropped, and the next checkpoint would copy
/// what is not there. A full disk is no such failure: the log grows on, and it is tried again later.
struct Checkpointer {
    private let connection: SQLiteConnection
    private let onFatal: @Sendable (StorageError) -> Void
    private var schedule: CheckpointSchedule

    /// For a connection that observes its write-ahead log.
    init(connection: SQLiteConnection, pagesMax: Int, onFatal: @escaping @Sendable (StorageError) -> Void) {
        self.connection = connection
        self.onFatal = onFatal
        schedule = CheckpointSchedule(pagesMax: pagesMax)
    }

    /// After a COMMIT: copies when enough has come together.
    mutating func runIfDue() {
        guard !connection.isInTransaction else { return }
        run(schedule.step(pages: connection.writeAheadPages))
    }

    /// Whether `runWhenIdle` has something to do.
    var isWorthIt: Bool { schedule.isWorthIt(pages: connection.writeAheadPages) }

    /// When nobody waits for anything.
    mutating func runWhenIdle() {
        guard !connection.isInTransaction else { return }
        run(schedule.stepWhenIdle(pages: connection.writeAheadPages))
    }

    /// The last one: copies everything.
    func finish() {
        if !attempt(.truncate, waitMilliseconds: Self.waitMilliseconds) { connection.keepWriteAheadLogOnClose() }
    }

    private func run(_ step: CheckpointSchedule.Step) {
        switch step {
        case .nothing: break
        case .copy: attempt(.passive, waitMilliseconds: 0)
        case .beginAnew: attempt(.restart, waitMilliseconds: Self.waitMilliseconds)
        }
    }

    /// How long transactions wait for a reader who keeps the log from beginning anew.
    private static let waitMilliseconds: CInt = 50

    @discardableResult
    private func attempt(_ mode: SQLiteConnection.CheckpointMode, waitMilliseconds: CInt) -> Bool {
        do {
            _ = try connection.checkpoint(mode, waitMilliseconds: waitMilliseconds)
            return true
        } catch {
            if error.code == .inputOutput { onFatal(error) }
            return false
        }
    }
}
