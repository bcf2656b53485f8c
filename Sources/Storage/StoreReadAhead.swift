internal import NIOPosix
internal import Synchronization

/// A read that began before anybody waits for it. Dropped unread, it costs its one visit to the disk.
public final class StoreReadAhead<Value: Sendable>: Sendable {
    private enum State {
        case running
        case awaited(CheckedContinuation<Value, any Error>)
        case done(Result<Value, any Error>)
    }

    private let state = Mutex(State.running)

    init(_ threads: NIOThreadPool, _ work: @escaping @Sendable () throws -> Value) {
        threads.submit { poolState in
            self.finish(
                Result {
                    guard poolState == .active else { throw StorageError(.closed, "the store is stopping") }
                    return try work()
                })
        }
    }

    /// What was read, when it is here already.
    public var valueIfRead: Value? {
        state.withLock { state in
            if case .done(.success(let value)) = state { value } else { nil }
        }
    }

    /// What was read. To be asked for once.
    public func value() async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            let result = state.withLock { state -> Result<Value, any Error>? in
                if case .done(let result) = state { return result }
                state = .awaited(continuation)
                return nil
            }
            if let result { continuation.resume(with: result) }
        }
    }

    private func finish(_ result: Result<Value, any Error>) {
        let waiting = state.withLock { state -> CheckedContinuation<Value, any Error>? in
            defer { state = .done(result) }
            if case .awaited(let continuation) = state { return continuation }
            return nil
        }
        waiting?.resume(with: result)
    }
}

extension Store {
    /// Begins to read in a snapshot of what readers see now, and goes on at once.
    public func readAhead<T: Sendable>(
        _ body: @escaping @Sendable (SQLTransaction) throws -> T
    ) -> StoreReadAhead<T> {
        let readers = readers
        return StoreReadAhead(readerThreads) { try readers.read(body) }
    }
}
