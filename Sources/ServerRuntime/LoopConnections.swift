import NIOCore

/// What the sweep and the graceful stop need of a connection.
protocol DrivenConnection: AnyObject {
    /// The index in ``LoopConnections``, or -1.
    var place: Int { get set }
    func sweep(now: NIODeadline)
    func drain()
    func cut(_ end: SessionEnd)
}

/// The connections of one server on one event loop, and their clock.
///
/// One repeating timer per loop looks at all deadlines each second, so that a connection needs no timer of its own: less
/// memory for an idle one, nothing to cancel and schedule for a busy one.
///
/// `@unchecked Sendable`: everything but `eventLoop` and `executor` is touched on `eventLoop` only.
final class LoopConnections: @unchecked Sendable {
    let eventLoop: any EventLoop
    let executor: LoopExecutor
    private var connections: [any DrivenConnection] = []
    private var sweeper: RepeatedTask?
    private var isDraining = false
    private var emptied: EventLoopPromise<Void>?

    init(_ eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
        self.executor = LoopExecutor(eventLoop)
    }

    var count: Int { connections.count }

    func add(_ connection: any DrivenConnection) {
        eventLoop.assertInEventLoop()
        connection.place = connections.count
        connections.append(connection)
        if sweeper == nil {
            sweeper = eventLoop.scheduleRepeatedTask(initialDelay: .seconds(1), delay: .seconds(1)) { _ in self.sweep()
            }
        }
        if isDraining { connection.drain() }
    }

    func remove(_ connection: any DrivenConnection) {
        eventLoop.assertInEventLoop()
        let place = connection.place
        guard place >= 0 else { return }
        connection.place = -1
        let last = connections.removeLast()
        if place < connections.count {
            connections[place] = last
            last.place = place
        }
        guard connections.isEmpty else { return }
        connections = []
        sweeper?.cancel()
        sweeper = nil
        emptied?.succeed()
        emptied = nil
    }

    private func sweep() {
        let now = eventLoop.now
        // A swept connection may remove itself: the last takes its place, and was seen already when going backwards.
        for index in stride(from: connections.count - 1, through: 0, by: -1) where index < connections.count {
            connections[index].sweep(now: now)
        }
    }

    /// Lets idle sessions go at once and the others at their next pause; the future completes when all are gone.
    func drain() -> EventLoopFuture<Void> {
        eventLoop.assertInEventLoop()
        isDraining = true
        for connection in connections { connection.drain() }
        if connections.isEmpty { return eventLoop.makeSucceededVoidFuture() }
        let promise = emptied ?? eventLoop.makePromise(of: Void.self)
        emptied = promise
        return promise.futureResult
    }

    /// Closes what is still there.
    func cutAll() {
        eventLoop.assertInEventLoop()
        for connection in connections { connection.cut(.cut) }
    }
}
