internal import MailCore

/// Transactions that become durable together, while they do.
struct CommitGroup {
    private(set) var jobs: [CommitJob]
    /// What each job is told if nothing else goes wrong.
    var outcomes: [(any Error)?]
    var actionsAfterCommit: [@Sendable () -> Void] = []
    /// What listeners are told when it can be read.
    var announced: [MailChange] = []
    private(set) var entries: [MessageLog.Entry] = []
    /// The deliveries among the entries.
    private(set) var deliveries: [HiddenDelivery] = []
    /// Copies and recipients elsewhere of the deliveries.
    private(set) var copies = 0
    private(set) var isFlushNeeded = false
    /// Octets of records that something refers to.
    private(set) var liveOctets: Int64 = 0
    /// One more than the highest number of a message in the group.
    private(set) var nextEmail: Int64 = 0
    /// Where the first entry stands.
    let start: LogPosition
    /// Where the next entry will stand.
    private(set) var end: LogPosition

    init(jobs: [CommitJob], start: LogPosition) {
        self.jobs = jobs
        self.start = start
        end = start
        outcomes = jobs.map { _ in nil }
    }

    /// Whether the database's own flush makes some of them durable.
    var needsDatabaseFlush: Bool { jobs.contains { $0.durability == .database } }

    /// Whether the database's transaction ends with the group: something other than deliveries is in it.
    var needsCommit: Bool { jobs.contains { $0.durability == .database || $0.durability == .written } }

    /// Whether somebody waits to see what was confirmed.
    var wantsVisibility: Bool { jobs.contains { $0.durability == .visibility } }

    mutating func add(_ record: DeliveryRecord, _ entry: MessageLog.Entry) {
        deliveries.append(HiddenDelivery(record: record, header: entry.header, position: end))
        copies += record.copies.count + (record.queued?.recipients.count ?? 0)
        add([entry], isFlushNeeded: true, notesAreLive: false)
    }

    /// - Parameter notesAreLive: notes that a compaction wrote anew count as alive, else it would do so again and again.
    mutating func add(_ more: [MessageLog.Entry], isFlushNeeded needed: Bool, notesAreLive: Bool) {
        for entry in more {
            end.offset += entry.header.recordLength
            if entry.email != nil || notesAreLive { liveOctets += entry.header.recordLength }
            if let email = entry.email { nextEmail = max(nextEmail, email.rawValue + 1) }
        }
        entries += more
        isFlushNeeded = isFlushNeeded || needed
    }

    /// The jobs behind this one are left to another group.
    mutating func end(behind index: Int) {
        jobs.removeSubrange((index + 1)...)
        outcomes.removeSubrange((index + 1)...)
    }

    /// Nothing was kept: whoever has no failure of its own shares this one.
    mutating func fail(_ error: any Error) {
        outcomes = outcomes.map { $0 ?? error }
        actionsAfterCommit = []
        announced = []
    }

    func finish() {
        for (job, outcome) in zip(jobs, outcomes) { job.finish(outcome) }
    }
}
