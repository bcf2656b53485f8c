package import Logging
internal import MailCore
package import MailQueue
internal import ServerConfiguration

// # How mail leaves
//
//     queue_destination ─▶ feed (a destination) ─▶ lane (a route) ─▶ worker (a connection) ─▶ Settler ─▶ queue
//
// `watch` asks the queue which destinations have something to do, when it is told that something came, and when the next
// time has come. Each becomes a **feed**, which reads the recipients that are due a page at a time and hands them to the
// **lane** of their route; a destination so takes at most a page of memory, whatever waits for it. A lane has a window of
// **workers**, each with a connection over which items go one after the other. A slow or dead destination fills its own
// feed and its own lane, and holds back nobody else: when all connections are taken, a lane that has several gives one to a
// lane that has none.
//
// A route whose servers cannot be reached is closed for a time that grows with each failure; what waited in its lane goes
// back to the queue, and its destinations are postponed as a whole. What happens to each item is settled before the
// worker takes the next: a crash has at most one message of each connection sent twice.

/// Sends what is in the queue, until it is stopped.
package actor Outbound {
    let queue: MailQueue
    let router: Router
    let dialer: any OutboundDialer
    let settler: Settler
    let settings: Settings
    let logger: Logger
    let now: @Sendable () -> Int64
    let signal: QueueSignal

    /// What it may do.
    package struct Settings: Sendable {
        /// When to try again.
        package var schedule = RetrySchedule()
        /// Connections in all.
        package var connectionsMax = 100
        /// Connections of one route.
        package var connectionsPerRouteMax = 20
        /// Destinations that are worked on at one time.
        package var feedsMax = 100
        /// How long a connection waits for another message.
        package var idleSecondsMax: Int64 = 5
        /// How long the queue is not looked at after a look: what comes meanwhile is read together.
        package var pauseAfterLook = Duration.milliseconds(5)

        /// How often messages are looked for whose time has come.
        var sweepSeconds: Int64 {
            let shortest = min(
                schedule.expirySeconds, schedule.delayNoticeSeconds > 0 ? schedule.delayNoticeSeconds : .max)
            return min(60, max(1, shortest / 10))
        }

        /// The defaults.
        package init() {}
    }

    var feeds: [String: Feed] = [:]
    var lanes: [Route: Lane] = [:]
    /// Connections that are open or being opened.
    var workers = 0
    var isStopping = false
    private let starts: AsyncStream<Route>
    let startWorker: AsyncStream<Route>.Continuation

    /// Puts the parts together.
    package init(
        queue: MailQueue, router: Router, dialer: any OutboundDialer, settler: Settler, settings: Settings,
        signal: QueueSignal, logger: Logger, now: @escaping @Sendable () -> Int64
    ) {
        self.queue = queue
        self.router = router
        self.dialer = dialer
        self.settler = settler
        self.settings = settings
        self.signal = signal
        self.logger = logger
        self.now = now
        (starts, startWorker) = AsyncStream.makeStream()
    }

    /// Works until the task is cancelled; what is on its way then is cut.
    package func run() async {
        await withDiscardingTaskGroup { group in
            group.addTask { await self.watch() }
            group.addTask { await self.tick() }
            for await route in starts { group.addTask { await self.work(route) } }
            // Whoever waits for another message does not see that the task was cancelled.
            stop()
            group.cancelAll()
        }
    }

    /// Begins nothing more; `run` ends when what is on its way has ended.
    package func stop() {
        isStopping = true
        for route in lanes.keys { dismissIdle(route, since: .max) }
        finishIfDone()
    }

    func finishIfDone() {
        if isStopping, workers == 0 { startWorker.finish() }
    }

    // MARK: What is due

    /// Looks at the destinations whenever something may be due.
    private func watch() async {
        for await _ in signal.raised {
            guard !isStopping, !Task.isCancelled else { return }
            await look()
            do { try await Task.sleep(for: settings.pauseAfterLook) } catch { return }
        }
    }

    /// Once a second: connections that nobody needs are closed, and what has become due is looked at.
    private func tick() async {
        nextSweep = now()
        while !Task.isCancelled, !isStopping {
            do { try await Task.sleep(for: .seconds(1)) } catch { return }
            let seconds = now()
            for route in lanes.keys {
                dismissIdle(route, since: seconds - settings.idleSecondsMax)
                forget(route)
            }
            if seconds >= nextLook { signal.raise() }
            if seconds >= nextSweep { await meetDeadlines() }
        }
    }

    /// When something becomes due.
    private var nextLook: Int64 = 0

    /// When messages are looked at whose time may have come.
    private var nextSweep: Int64 = 0

    /// Messages whose time has come, and those that were on their way meanwhile: nobody who gets a message is told that it
    /// was given up.
    var sweep = Sweep()

    /// Tells senders of delays, and gives up what is too old.
    private func meetDeadlines() async {
        sweep.begin()
        defer { sweep.end() }
        do {
            let found = try await queue.deadlines(at: now(), settings.schedule)
            for deadline in found where !isOnItsWay(deadline.queueID) {
                sweep.met.insert(deadline.queueID.rawValue)
                await settler.meet(deadline, at: now())
                sweep.met.remove(deadline.queueID.rawValue)
                // What is being read may still have them.
                for item in deadline.items { feeds[item.destination]?.settle(item) }
            }
            // Those that are on their way just now are looked at again in a moment.
            nextSweep = now() + (found.isEmpty ? settings.sweepSeconds : 1)
            if !found.isEmpty { signal.raise() }
        } catch {
            logger.error("queue not read", metadata: ["error": "\(error)"])
            nextSweep = now() + settings.sweepSeconds
        }
    }

    private func isOnItsWay(_ queueID: QueueID) -> Bool {
        sweep.settled.contains(queueID.rawValue)
            || feeds.values.contains { $0.inFlight.contains { $0.queueID == queueID.rawValue } }
    }

    /// Begins what is due.
    private func look() async {
        if signal.takeRetry() {
            // Somebody knows better.
            for route in lanes.keys { lanes[route]?.downUntil = 0 }
        }
        // Whatever comes meanwhile raises the signal again.
        nextLook = .max
        for (destination, feed) in feeds where feed.isEmpty { await read(destination) }
        do {
            let seconds = now()
            let candidates = try await queue.destinations(limit: feeds.count + settings.feedsMax)
            var closed: [Int64: [String]] = [:]
            for destination in candidates {
                guard destination.dueAt <= seconds else {
                    nextLook = min(nextLook, destination.dueAt)
                    break
                }
                if feeds[destination.name] != nil {
                    await read(destination.name)
                } else if let until = closedUntil(destination.name, seconds) {
                    closed[until, default: []].append(destination.name)
                } else if feeds.count < settings.feedsMax {
                    feeds[destination.name] = Feed(failures: destination.failures)
                    await read(destination.name)
                }
            }
            for (until, names) in closed {
                try await queue.postpone(names, until: until, heeding: signal)
                nextLook = min(nextLook, until)
            }
            // Others may have stood behind those.
            if !closed.isEmpty { signal.raise() }
        } catch {
            logger.error("queue not read", metadata: ["error": "\(error)"])
            nextLook = now() + 10
        }
    }

    /// Whether the destination's usual route is closed.
    private func closedUntil(_ destination: String, _ seconds: Int64) -> Int64? {
        guard let domain = Domain(destination) else { return nil }
        guard let lane = lanes[router.route(to: domain, from: .null)], lane.downUntil > seconds else { return nil }
        return lane.downUntil
    }

    /// A feed has ended: another destination may begin.
    func feedEnded() {
        signal.raise()
    }
}
