internal import Logging
internal import MailCore
internal import MailQueue

/// From the queue to the lanes.
extension Outbound {
    /// Reads what is due at a destination, as far as there is room for it.
    func read(_ destination: String) async {
        feeds[destination]?.mustReadAgain = true
        // What was settled meanwhile is known of one read at a time: whoever reads looks again.
        while var feed = feeds[destination], feed.mustReadAgain, !feed.isReading {
            guard !isStopping, feed.wantsMore, feed.postponedUntil == nil else { break }
            feed.isReading = true
            feed.mustReadAgain = false
            feeds[destination] = feed
            let limit = Feed.inFlightMax + feed.inFlight.count
            var items: [QueueItem] = []
            do {
                items = try await queue.due(destination, at: now(), limit: limit)
            } catch {
                logger.error("queue not read", metadata: ["destination": "\(destination)", "error": "\(error)"])
                try? await Task.sleep(for: .seconds(1))
            }
            feeds[destination]?.mayHaveMore = items.reduce(0) { $0 + $1.recipients.count } >= limit
            items.removeAll { sweep.met.contains($0.queueID.rawValue) }
            feeds[destination]?.isReading = false
            for item in feeds[destination]?.take(items) ?? [] { await submit(item) }
        }
        await endIfDone(destination)
    }

    /// An item is settled.
    func settled(_ item: QueueItem, _ reached: MailQueue.Reached) async {
        sweep.settle(item.queueID)
        guard var feed = feeds[item.destination] else { return }
        feed.settle(item)
        if reached == .reached { feed.reached = .reached }
        feeds[item.destination] = feed
        if feed.wantsMore, feed.mayHaveMore {
            await read(item.destination)
        } else if feed.isEmpty {
            // What came meanwhile is read together, and the end of the feed is written once for all of it.
            signal.raise()
        }
    }

    /// The destination cannot be reached before that time.
    func postpone(_ destination: String, until seconds: Int64, _ reason: String) async {
        guard var feed = feeds[destination], feed.postponedUntil == nil else { return }
        feed.postponedUntil = seconds
        feeds[destination] = feed
        do {
            try await queue.postpone(destination, until: seconds, reason)
        } catch {
            logger.error("destination not postponed", metadata: ["destination": "\(destination)", "error": "\(error)"])
        }
    }

    private func endIfDone(_ destination: String) async {
        guard let feed = feeds[destination], feed.isEmpty else { return }
        // Nobody else ends it meanwhile, and nothing is begun: what comes now waits for the next look.
        feeds[destination]?.isReading = true
        do {
            try await queue.finish(destination, feed.postponedUntil == nil ? feed.reached : .notReached)
        } catch {
            logger.error("destination not closed", metadata: ["destination": "\(destination)", "error": "\(error)"])
        }
        feeds[destination] = nil
        feedEnded()
    }
}
