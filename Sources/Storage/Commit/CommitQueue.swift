internal import NIOConcurrencyHelpers
internal import NIOPosix

/// Hands waiting transactions to the one writer thread, as groups: whatever waits when the thread is free.
///
/// There is no artificial delay: one connection alone costs nothing, and with a hundred the groups grow by themselves.
/// When nothing waits any more, the thread makes the rows of confirmed deliveries visible, and flushes what was written
/// without a flush.
final class CommitQueue: @unchecked Sendable {  // `jobs` and `isClosed` are read and written under `lock` only
    private enum Work {
        case none
        case some
    }

    private let lock = ConditionLock(value: Work.none)
    private var jobs: [CommitJob] = []
    private var isClosed = false
    private let thread = NIOThreadPool(numberOfThreads: 1)
    private let limits: StorageLimits
    private let committer: Committer

    init(committer: Committer, limits: StorageLimits) {
        self.committer = committer
        self.limits = limits
        thread.start()
        thread.submit { _ in self.serve() }
    }

    /// Whether rows of confirmed deliveries are not yet visible to readers.
    var hasHiddenRows: Bool { committer.hasHiddenRows }

    /// Where the log ended when a group was confirmed last.
    var confirmedEnd: LogPosition { committer.confirmedEnd }

    func enqueue(_ job: sending CommitJob) {
        lock.lock()
        guard !isClosed else {
            lock.unlock()
            return job.finish(StorageError(.closed, "the store is stopping"))
        }
        jobs.append(job)
        lock.unlock(withValue: .some)
    }

    /// Ends after what waits now; later transactions are refused.
    func close() async {
        refuseMore()
        try? await thread.shutdownGracefully()
    }

    private func refuseMore() {
        lock.lock()
        isClosed = true
        lock.unlock(withValue: .some)
    }

    /// Between two tries to commit what a full disk kept hidden.
    private static let retrySeconds = 1.0

    /// The writer's thread.
    private func serve() {
        var revealAt: ContinuousClock.Instant?
        while true {
            if committer.hasHiddenRows || committer.hasUnflushedNotes {
                let now = ContinuousClock.now
                let due = revealAt ?? now + .seconds(limits.hiddenSecondsMax)
                revealAt = due
                let left = Double((due - now) / .milliseconds(1)) / 1000
                guard left > 0, lock.lock(whenValue: .some, timeoutSeconds: left) else {
                    committer.flushNotes()
                    revealAt = committer.reveal() ? nil : now + .seconds(Self.retrySeconds)
                    continue
                }
            } else {
                revealAt = nil
                guard waitWhenIdle() else { continue }
            }
            let group = takeGroup()
            let isLast = group.isEmpty && isClosed
            lock.unlock(withValue: jobs.isEmpty && !isClosed ? .none : .some)
            if isLast { return committer.close() }
            if !group.isEmpty { committer.commit(group) }
            if committer.hasAwaitedRows {
                let soon = ContinuousClock.now + .seconds(limits.awaitedSecondsMax)
                revealAt = min(revealAt ?? soon, soon)
            }
        }
    }

    /// - Returns: whether there is something to take; the lock is held then.
    private func waitWhenIdle() -> Bool {
        guard committer.hasIdleWork else {
            lock.lock(whenValue: .some)
            return true
        }
        if lock.lock(whenValue: .some, timeoutSeconds: limits.idleSeconds) { return true }
        committer.workWhenIdle()
        return false
    }

    private func takeGroup() -> [CommitJob] {
        var octets: Int64 = 0
        var count = 0
        for job in jobs.prefix(limits.groupJobsMax) {
            octets += job.messages.reduce(0) { $0 + $1.body.count }
            if count > 0, octets > limits.groupBytesMax { break }
            count += 1
        }
        let group = Array(jobs.prefix(count))
        jobs.removeFirst(count)
        return group
    }
}
