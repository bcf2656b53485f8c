/// Confirmed deliveries whose rows readers do not see yet: they are in the open transaction, or were in one that failed.
struct HiddenRows {
    private(set) var deliveries: [HiddenDelivery] = []
    /// Copies and recipients elsewhere of all of them.
    private(set) var copies = 0
    private var actionsAfterCommit: [@Sendable () -> Void] = []

    var isEmpty: Bool { deliveries.isEmpty }

    mutating func add(_ group: CommitGroup) {
        deliveries += group.deliveries
        copies += group.copies
        actionsAfterCommit += group.actionsAfterCommit
    }

    /// They are visible.
    ///
    /// - Returns: what is to be called then.
    mutating func removeAll() -> [@Sendable () -> Void] {
        defer { self = HiddenRows() }
        return actionsAfterCommit
    }
}

/// A delivery that the log has and that was confirmed.
struct HiddenDelivery {
    let record: DeliveryRecord
    let header: RecordHeader
    let position: LogPosition
}
