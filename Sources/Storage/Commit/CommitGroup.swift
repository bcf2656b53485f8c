internal import MailCore

/// Transactions that become durable together, while they do.
struct CommitGroup {
    let jobs: [CommitJob]
    /// What each job is told if nothing else goes wrong.
    var outcomes: [(any Error)?]
    var actionsAfterCommit: [@Sendable () -> Void] = []
    private(set) var entries: [MessageLog.Entry] = []
    private(set) var isFlushNeeded = false
    /// Octets of records that something refers to.
    private(set) var liveOctets: Int64 = 0
    /// One more than the highest number of a message in the group.
    private(set) var nextEmail: Int64 = 0
    /// Where the next entry will stand.
    var end = LogPosition(segment: 1, offset: 0)

    init(jobs: [CommitJob]) {
        self.jobs = jobs
        outcomes = jobs.map { _ in nil }
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

    /// Nothing was committed: whoever has no failure of its own shares this one.
    mutating func fail(_ error: any Error) {
        outcomes = outcomes.map { $0 ?? error }
        actionsAfterCommit = []
    }

    func finish() {
        for action in actionsAfterCommit { action() }
        for (job, outcome) in zip(jobs, outcomes) { job.finish(outcome) }
    }
}
