public import NIOCore

/// An event loop as a task executor: a task that prefers it runs and resumes on the loop's thread.
///
/// SwiftNIO's loops are serial executors for actors, but not task executors. This is the cheapest way to run straight async
/// code next to a channel handler. Such a task runs default actors and nonisolated async functions on the loop, too:
/// nothing there may block.
public final class LoopExecutor: TaskExecutor {
    /// The loop that the tasks run on.
    public let loop: any EventLoop

    /// An executor for `loop`; one per loop is enough.
    public init(_ loop: any EventLoop) {
        self.loop = loop
    }

    /// Runs the job on the loop, in its next turn.
    public func enqueue(_ job: consuming ExecutorJob) {
        let unowned = UnownedJob(job)
        loop.execute {
            unowned.runSynchronously(on: self.asUnownedTaskExecutor())
        }
    }
}
