internal import NIOCore
internal import Synchronization

/// Wakes the one task that waits, when its time has come or somebody raises it.
final class FetchAlarm: Sendable {
    private struct State {
        var isRaised = false
        var waiter: CheckedContinuation<Void, Never>?
    }

    private let state = Mutex(State())

    /// The task that waits goes on, or does not wait next time.
    func raise() {
        let waiter = state.withLock { state in
            defer { state.waiter = nil }
            state.isRaised = state.waiter == nil
            return state.waiter
        }
        waiter?.resume()
    }

    /// Returns when it is raised, after so many seconds, or when the task is cancelled.
    func wait(seconds: Int64, on loop: any EventLoop) async {
        let timer = loop.scheduleTask(in: .seconds(seconds)) { self.raise() }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isRaised = state.withLock { state in
                    if state.isRaised || Task.isCancelled {
                        state.isRaised = false
                        return true
                    }
                    state.waiter = continuation
                    return false
                }
                if isRaised { continuation.resume() }
            }
        } onCancel: {
            raise()
        }
        timer.cancel()
    }
}
