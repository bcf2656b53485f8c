import NIOPosix
import Synchronization

/// The pool has more work waiting than it is allowed to.
public struct WorkPoolFull: Error, Equatable {
    /// The pool's name.
    public let pool: String
}

/// Threads for work that blocks or computes long: password hashing, parsing of large messages.
///
/// The queue is bounded: who would have to wait behind `queueMax` others is refused at once, and answers its client with a
/// temporary error, instead of every client waiting ever longer.
public final class WorkPool: Sendable {
    private let name: String
    private let queueMax: Int
    private let threads: NIOThreadPool
    private let admitted = Atomic<Int>(0)

    /// A running pool.
    public init(name: String, threads: Int, queueMax: Int) {
        self.name = name
        self.queueMax = threads + queueMax
        self.threads = NIOThreadPool(numberOfThreads: threads)
        self.threads.start()
    }

    /// Work that waits or runs.
    public var pending: Int { admitted.load(ordering: .relaxed) }

    /// Runs `work` on one of the threads.
    ///
    /// - Throws: `WorkPoolFull`, `CancellationError` when the task is cancelled before the work has begun, or what `work` throws.
    public func run<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
        guard admitted.add(1, ordering: .relaxed).newValue <= queueMax else {
            admitted.subtract(1, ordering: .relaxed)
            throw WorkPoolFull(pool: name)
        }
        defer { admitted.subtract(1, ordering: .relaxed) }
        return try await threads.runIfActive(work)
    }

    /// Lets running work end, then stops the threads.
    public func stop() async throws {
        try await threads.shutdownGracefully()
    }
}
