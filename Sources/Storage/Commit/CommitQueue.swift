internal import NIOPosix
internal import Synchronization

/// Hands waiting transactions to the one writer thread, as groups: whatever waits when the thread is free.
///
/// There is no artificial delay: one connection alone costs nothing, and with a hundred the groups grow by themselves.
final class CommitQueue: Sendable {
    private struct State {
        var jobs: [CommitJob] = []
        var isDraining = false
        var isClosed = false
    }

    private let state = Mutex(State())
    private let thread = NIOThreadPool(numberOfThreads: 1)
    private let limits: StorageLimits
    private let committer: Committer

    init(committer: Committer, limits: StorageLimits) {
        self.committer = committer
        self.limits = limits
        thread.start()
    }

    func enqueue(_ job: sending CommitJob) {
        let handed = Handed(job: job)
        let (isRefused, mustDrain) = state.withLock { state in
            if state.isClosed { return (true, false) }
            state.jobs.append(handed.job)
            defer { state.isDraining = true }
            return (false, !state.isDraining)
        }
        if isRefused { handed.job.finish(StorageError(.closed, "the store is stopping")) }
        if mustDrain { thread.submit { _ in self.drain() } }
    }

    /// Ends after what waits now; later transactions are refused.
    func close() async {
        state.withLock { $0.isClosed = true }
        let committer = committer
        _ = try? await thread.runIfActive { committer.close() }
        try? await thread.shutdownGracefully()
    }

    /// A job goes from whoever waits for it to the writer's thread, and is used there alone.
    private struct Handed: @unchecked Sendable {
        let job: CommitJob
    }

    private func drain() {
        while let group = nextGroup() { committer.commit(group) }
    }

    private func nextGroup() -> [CommitJob]? {
        let limits = limits
        let group = state.withLock { state -> Group in
            var octets: Int64 = 0
            var count = 0
            for job in state.jobs.prefix(limits.groupJobsMax) {
                octets += job.message?.body.count ?? 0
                if count > 0, octets > limits.groupBytesMax { break }
                count += 1
            }
            let taken = Array(state.jobs.prefix(count))
            state.jobs.removeFirst(count)
            if taken.isEmpty { state.isDraining = false }
            return Group(jobs: taken)
        }
        return group.jobs.isEmpty ? nil : group.jobs
    }

    /// See `Handed`.
    private struct Group: @unchecked Sendable {
        let jobs: [CommitJob]
    }
}
