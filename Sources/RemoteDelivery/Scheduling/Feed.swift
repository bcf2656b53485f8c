internal import MailCore
internal import MailQueue

/// A destination whose recipients are being tried.
struct Feed {
    /// A recipient of a message.
    struct Key: Hashable {
        let queueID: Int64
        let recipient: Int64
    }

    /// How often the destination could not be reached before, in a row.
    let failures: Int64
    /// Read from the queue and not settled yet.
    var inFlight: Set<Key> = []
    /// Whether the queue is being read for it.
    var isReading = false
    /// Settled while the queue was being read: what was read may still have them.
    var settledMeanwhile: Set<Key> = []
    /// Whether something may have come while it was read.
    var mustReadAgain = false
    /// Whether the last read found as much as it asked for.
    var mayHaveMore = false
    /// Whether a server took part in anything.
    var reached = MailQueue.Reached.notReached
    /// The route that failed, and until when nothing is tried there.
    var postponedUntil: Int64?

    init(failures: Int64) {
        self.failures = failures
    }

    /// Recipients on their way at one time; below half of it more are read.
    static let inFlightMax = 60

    var wantsMore: Bool { inFlight.count < Self.inFlightMax / 2 }

    /// Whether nothing is on its way and nobody looks for more: its destination is done with, unless something has come.
    var isEmpty: Bool { inFlight.isEmpty && !isReading }

    /// An item is settled.
    mutating func settle(_ item: QueueItem) {
        let keys = Self.keys(item)
        inFlight.subtract(keys)
        if isReading { settledMeanwhile.formUnion(keys) }
    }

    static func keys(_ item: QueueItem) -> [Key] {
        item.recipients.map { Key(queueID: item.queueID.rawValue, recipient: $0.number) }
    }

    /// What is not on its way yet, and on its way with that.
    mutating func take(_ items: [QueueItem]) -> [QueueItem] {
        defer { settledMeanwhile = [] }
        return items.compactMap { item in
            var item = item
            item.recipients.removeAll { recipient in
                let key = Key(queueID: item.queueID.rawValue, recipient: recipient.number)
                return settledMeanwhile.contains(key) || !inFlight.insert(key).inserted
            }
            return item.recipients.isEmpty ? nil : item
        }
    }
}
