/// Confirmed deliveries whose rows readers do not see yet: they are in the open transaction, or were in one that failed.
struct HiddenRows {
    private(set) var deliveries: [HiddenDelivery] = []
    /// Copies and recipients elsewhere of all of them.
    private(set) var copies = 0
    private var actionsAfterCommit: [@Sendable () -> Void] = []
    private var announced: [MailChange] = []
    /// Whether somebody waits to be told of one of them.
    var isAwaited = false

    var isEmpty: Bool { deliveries.isEmpty }

    mutating func add(_ group: CommitGroup) {
        deliveries += group.deliveries
        copies += group.copies
        actionsAfterCommit += group.actionsAfterCommit
        announced += group.announced
    }

    /// They are visible.
    ///
    /// - Returns: what is to be called and told then.
    mutating func removeAll() -> (actions: [@Sendable () -> Void], announced: [MailChange]) {
        defer { self = HiddenRows() }
        return (actionsAfterCommit, announced)
    }
}

/// A delivery that the log has and that was confirmed.
struct HiddenDelivery {
    let record: DeliveryRecord
    let header: RecordHeader
    let position: LogPosition
}
