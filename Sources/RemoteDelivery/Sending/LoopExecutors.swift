package import NIOCore
internal import ServerRuntime
internal import Synchronization

/// The event loops of a group in turn, each as an executor.
package final class LoopExecutors: Sendable {
    private let executors: [LoopExecutor]
    private let turn = Atomic(0)

    /// One for each loop of a group.
    package init(_ group: any EventLoopGroup) {
        executors = group.makeIterator().map { LoopExecutor($0) }
    }

    /// The next one.
    func next() -> LoopExecutor {
        let index = turn.wrappingAdd(1, ordering: .relaxed).oldValue
        return executors[Int(index.magnitude % UInt(executors.count))]
    }
}
