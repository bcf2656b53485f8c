internal import MailQueue

/// What waits for one route, and who works for it.
struct Lane {
    /// A worker that has a connection and nothing to do.
    struct IdleWorker {
        let since: Int64
        let next: CheckedContinuation<QueueItem?, Never>
    }

    /// In the order in which it came.
    var waiting: [QueueItem] = []
    /// Those that have a connection or open one.
    var workers = 0
    /// Those of them that have not looked for work yet.
    var starting = 0
    var idle: [IdleWorker] = []
    /// How many connections there may be: grows with success, shrinks with trouble.
    var window: Int
    /// Nothing is tried before that time.
    var downUntil: Int64 = 0
    /// Why.
    var failure: DialFailure?
    /// Failures in a row.
    var failures: Int64 = 0
    let windowMax: Int

    /// Connections to a destination about which nothing is known.
    private static let windowAtFirst = 5

    init(windowMax: Int) {
        self.windowMax = windowMax
        window = min(Self.windowAtFirst, windowMax)
    }

    var wantsWorker: Bool { workers - idle.count < window && waiting.count > idle.count + starting && workers < window }

    /// Nobody works for it, although there is work.
    var isStarving: Bool { workers == 0 && !waiting.isEmpty && wantsWorker }

    /// A server answered: if it was not in trouble, it can bear one connection more.
    mutating func ended(_ outcome: ItemOutcome) {
        failures = 0
        failure = nil
        if outcome.isTrouble { shrink() } else { window = min(window + 1, windowMax) }
    }

    mutating func shrink() {
        window = max(1, min(window, workers) / 2)
    }
}
