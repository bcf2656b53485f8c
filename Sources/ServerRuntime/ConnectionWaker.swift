public import NIOCore
import Synchronization

/// Has a connection's session called on its event loop, from any thread: something happened that the peer did not cause.
///
/// ``wake()`` costs a hop to the loop; calls that come before the session was called are one. The session's
/// ``ConnectionSession/wake(replies:)`` is called while no `perform` runs, else right after it. A waker may outlive its
/// connection: then it does nothing.
///
/// `@unchecked Sendable`: `connection` is touched on the connection's event loop only.
public final class ConnectionWaker: @unchecked Sendable {
    private enum State: UInt8, AtomicRepresentable {
        /// → waking, ended
        case asleep
        /// The hop is under way. → asleep, ended
        case waking
        case ended
    }

    private let eventLoop: any EventLoop
    private let state = Atomic(State.asleep)
    private var connection: (any WakableConnection)?

    /// For a connection of this loop.
    public init(_ eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
    }

    /// Has the session called soon.
    public func wake() {
        guard moves(from: .asleep, to: .waking) else { return }
        eventLoop.execute {
            // First asleep, then called: what happens during the call wakes again.
            guard self.moves(from: .waking, to: .asleep) else { return }
            self.connection?.wake()
        }
    }

    private func moves(from before: State, to after: State) -> Bool {
        state.compareExchange(expected: before, desired: after, ordering: .acquiringAndReleasing).exchanged
    }

    /// The connection is open; it is held until it calls `detach`.
    func attach(_ connection: any WakableConnection) {
        self.connection = connection
    }

    /// The connection is over.
    func detach() {
        state.store(.ended, ordering: .releasing)
        connection = nil
    }
}

/// What a waker needs of the driver.
protocol WakableConnection: AnyObject {
    /// On the connection's event loop.
    func wake()
}
