internal import MailCore
internal import Synchronization

/// What came into the store and is not indexed yet, noted on the writer's thread: quick, and of bounded size.
final class IndexingState: Sendable {
    private struct State {
        var arrivals: [(key: MailboxKey, uids: UIDSet)] = []
        var waiting = 0
        /// Messages that are gone since the index was last looked through.
        var expunged: Int64 = 0
        /// Whether changes were missed: the store must be looked through.
        var isComplete = true
    }

    private let state = Mutex(State())
    private let arrivalsMax: Int
    private let signal = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))

    /// Something is to be done.
    var signals: AsyncStream<Void> { signal.stream }

    init(arrivalsMax: Int) { self.arrivalsMax = arrivalsMax }

    /// Messages that came and wait.
    var waiting: Int { state.withLock { $0.waiting } }

    func noteArrived(_ key: MailboxKey, _ uids: UIDSet) {
        state.withLock { state in
            state.waiting += uids.count
            if state.arrivals.count < arrivalsMax {
                state.arrivals.append((key, uids))
            } else {
                state.isComplete = false
            }
        }
        signal.continuation.yield()
    }

    func noteExpunged(_ count: Int) {
        state.withLock { $0.expunged += Int64(count) }
        signal.continuation.yield()
    }

    /// A whole mailbox went: nobody counted its messages.
    func noteMailboxDeleted() {
        state.withLock { $0.expunged = .max / 2 }
        signal.continuation.yield()
    }

    /// What is to be done.
    struct Work {
        var arrivals: [(key: MailboxKey, uids: UIDSet)]
        var isComplete: Bool
        var expunged: Int64
    }

    /// Takes what waits; `expunged` stays until it is cleared.
    func take() -> Work {
        state.withLock { state in
            defer {
                state.arrivals = []
                state.waiting = 0
                state.isComplete = true
            }
            return Work(arrivals: state.arrivals, isComplete: state.isComplete, expunged: state.expunged)
        }
    }

    /// What was taken was not done: the next look is at the whole store.
    func noteFailed() { state.withLock { $0.isComplete = false } }

    func clearExpunged() { state.withLock { $0.expunged = 0 } }
}
