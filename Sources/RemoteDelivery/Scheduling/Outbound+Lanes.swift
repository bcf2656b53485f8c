internal import Logging
internal import MailCore
internal import MailQueue

/// From the lanes to the connections.
extension Outbound {
    /// Hands an item to its route.
    func submit(_ item: QueueItem) async {
        guard let route = await route(of: item) else {
            let reply = RemoteReply.local(.permanent, 1, 2, "\(item.destination) is no domain that mail can be sent to")
            return await finish(item, ItemOutcome(all: item, .failed(reply)), .notReached, nil)
        }
        var lane = lanes[route] ?? Lane(windowMax: settings.connectionsPerRouteMax)
        if let failure = lane.failure, lane.downUntil > now() {
            await settler.putBack([item], failure, until: lane.downUntil)
            return await settled(item, .notReached)
        }
        if let worker = lane.idle.popLast() {
            lanes[route] = lane
            worker.next.resume(returning: item)
            return
        }
        lane.waiting.append(item)
        lanes[route] = lane
        startWorkers(route)
    }

    private func route(of item: QueueItem) async -> Route? {
        // <Postmaster> without a domain is ours.
        guard !item.destination.isEmpty else { return Route(.here) }
        guard let domain = Domain(item.destination) else { return nil }
        if await dialer.isOurs(domain) { return Route(.here) }
        return router.route(to: domain, from: item.reversePath, requireTLS: item.parameters.requireTLS)
    }

    private func startWorkers(_ route: Route) {
        while let lane = lanes[route], lane.wantsWorker, workers < settings.connectionsMax, !isStopping {
            lanes[route]?.workers += 1
            lanes[route]?.starting += 1
            workers += 1
            startWorker.yield(route)
        }
        if lanes[route]?.isStarving == true, workers >= settings.connectionsMax { dismissOneIdle() }
    }

    /// One connection: opened for the first item, kept while there are more.
    func work(_ route: Route) async {
        lanes[route]?.starting -= 1
        var link: (any OutboundLink)?
        while !Task.isCancelled, let item = await next(route, hasLink: link != nil) {
            do throws(DialFailure) {
                let open: any OutboundLink
                if let link { open = link } else { open = try await dialer.open(route) }
                let outcome = await open.send(item)
                await finish(item, outcome, .reached, route)
                link = open
                if await !open.isUsable {
                    await open.close()
                    link = nil
                }
            } catch {
                link = nil
                guard await failed(route, item, error) == .goesOn else { break }
            }
        }
        await link?.close()
        workerEnded(route)
    }

    /// The next item, if there is one before the connection has been idle for too long.
    private func next(_ route: Route, hasLink: Bool) async -> QueueItem? {
        guard !isStopping, let lane = lanes[route] else { return nil }
        let isWanted = workers >= settings.connectionsMax && lanes.values.contains(where: \.isStarving)
        // All connections are taken, and another route has none: one that is not the last of its route makes room.
        guard !isWanted || (lane.workers == 1 && !lane.waiting.isEmpty) else { return nil }
        if !lane.waiting.isEmpty { return lanes[route]?.waiting.removeFirst() }
        guard hasLink else { return nil }
        let seconds = now()
        return await withCheckedContinuation { next in
            lanes[route]?.idle.append(Lane.IdleWorker(since: seconds, next: next))
        }
    }

    /// Sends the worker home that has waited longest, whatever its route.
    private func dismissOneIdle() {
        let oldest = lanes.compactMap { route, lane in lane.idle.first.map { (route, $0) } }.min {
            $0.1.since < $1.1.since
        }
        guard let (route, worker) = oldest else { return }
        lanes[route]?.idle.removeFirst()
        worker.next.resume(returning: nil)
    }

    /// Sends workers home that have waited since then or longer.
    func dismissIdle(_ route: Route, since seconds: Int64) {
        guard let idle = lanes[route]?.idle, !idle.isEmpty else { return }
        lanes[route]?.idle = idle.filter { $0.since > seconds }
        for worker in idle where worker.since <= seconds { worker.next.resume(returning: nil) }
    }

    private func workerEnded(_ route: Route) {
        workers -= 1
        lanes[route]?.workers -= 1
        forget(route)
        // Others may have waited for a free connection: those that have none come first.
        for (other, lane) in lanes where lane.isStarving { startWorkers(other) }
        for (other, lane) in lanes where lane.wantsWorker { startWorkers(other) }
        finishIfDone()
    }

    /// A lane that nobody needs goes.
    func forget(_ route: Route) {
        guard let lane = lanes[route], lane.workers == 0, lane.waiting.isEmpty, lane.downUntil <= now() else { return }
        lanes[route] = nil
    }

    private func finish(
        _ item: QueueItem, _ outcome: ItemOutcome, _ reached: MailQueue.Reached, _ route: Route?
    ) async {
        await settler.settle(item, outcome, at: now())
        if reached == .reached, let route { lanes[route]?.ended(outcome) }
        await settled(item, reached)
    }

    /// What a worker does after a failure.
    private enum Sequel {
        case goesOn
        case ends
    }

    /// No server of the route could be reached for an item.
    private func failed(_ route: Route, _ item: QueueItem, _ failure: DialFailure) async -> Sequel {
        guard failure.reply.permanence == .temporary else {
            // It is the domain's own word (no such domain, no mail wanted): the next item will hear the same.
            let outcome = ItemOutcome(all: item, .failed(failure.reply), host: failure.host)
            await finish(item, outcome, .notReached, route)
            return .goesOn
        }
        guard var lane = lanes[route] else { return .ends }
        if lane.workers > 1 {
            // Others have a connection: perhaps this was one too many.
            lane.shrink()
            let idle = lane.idle.popLast()
            if idle == nil { lane.waiting.insert(item, at: 0) }
            lanes[route] = lane
            idle?.next.resume(returning: item)
            return .ends
        }
        await close(route, item, failure)
        return .ends
    }

    /// What waits for the route goes back to the queue.
    private func close(_ route: Route, _ item: QueueItem, _ failure: DialFailure) async {
        guard var lane = lanes[route] else { return }
        lane.failures += 1
        let failures = max(lane.failures, (feeds[item.destination]?.failures ?? 0) + 1)
        let until = now() + settings.schedule.waitSeconds(afterFailures: failures, spread: .random(in: 0..<1))
        lane.downUntil = until
        lane.failure = failure
        let waiting = lane.waiting
        lane.waiting = []
        lanes[route] = lane
        logger.notice(
            "destination cannot be reached",
            metadata: ["route": "\(route.hop)", "reason": "\(failure.reply.text)", "until": "\(until)"])
        for destination in Set([item.destination] + waiting.map(\.destination)) {
            await postpone(destination, until: until, failure.reply.text)
        }
        var outcome = ItemOutcome(all: item, .deferred(failure.reply), host: failure.host)
        outcome.nextAttempt = until
        await finish(item, outcome, .notReached, route)
        await settler.putBack(waiting, failure, until: until)
        for other in waiting { await settled(other, .notReached) }
    }
}
