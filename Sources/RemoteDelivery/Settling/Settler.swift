internal import InternetMessage
package import Logging
internal import MailCore
package import MailQueue
internal import MailTrace
package import Storage

/// Writes down what became of an item: who is done with, who is tried again and when, what happened, and the report to
/// the sender, in one transaction.
package struct Settler: Sendable {
    let store: Store
    let reporter: Reporter
    let schedule: RetrySchedule
    let metrics: OutboundMetrics
    let logger: Logger

    /// Puts the parts together.
    package init(
        store: Store, reporter: Reporter, schedule: RetrySchedule, metrics: OutboundMetrics, logger: Logger
    ) {
        self.store = store
        self.reporter = reporter
        self.schedule = schedule
        self.metrics = metrics
        self.logger = logger
    }

    /// The kernel has it when it returns: a kill takes nothing away. What a power cut takes away is tried again, so a message
    /// that left in the last tenth of a second may go twice.
    nonisolated(nonsending) func settle(_ item: QueueItem, _ outcome: ItemOutcome, at seconds: Int64) async {
        let sorted = SortedOutcome(item, outcome, schedule, at: seconds)
        let settlement = Settlement(
            email: EmailID(rawValue: item.queueID.rawValue), recipients: sorted.done, at: seconds)
        let event = AttemptEvent.make(item, outcome, sorted, at: seconds)
        let report = ReportedMessage(item, sorted.reported, at: seconds)
        let changes: @Sendable (SQLTransaction) throws -> Void = { transaction in
            for deferral in sorted.deferrals { try MailQueue.defer(deferral, of: item.queueID, in: transaction) }
            try MailTrace.record(event, of: item.queueID, in: transaction)
        }
        await write(settlement, report, changes, at: seconds)
        count(item, outcome, sorted)
    }

    /// Items that were not tried, since nobody can be reached, go back.
    nonisolated(nonsending) func putBack(_ items: [QueueItem], _ failure: DialFailure, until seconds: Int64) async {
        guard !items.isEmpty else { return }
        await insist {
            try await store.change(.written) { transaction in
                for item in items {
                    let deferral = MailQueue.Deferral(
                        recipients: item.recipients.map(\.number), nextAttempt: seconds, reply: failure.reply.text)
                    try MailQueue.defer(deferral, of: item.queueID, in: transaction)
                }
            }
        }
    }

    /// The time of a message has come: its sender is told, and what is too old is given up.
    nonisolated(nonsending) func meet(_ deadline: MailQueue.Deadline, at seconds: Int64) async {
        let queueID = deadline.queueID
        let isOver = deadline.reason == .expired || deadline.mode == .returnMessage
        let told: [ReportedRecipient] = deadline.items.flatMap { item in
            item.recipients.map { recipient in
                ReportedRecipient(deadline, item, recipient, schedule, isOver ? .failed : .delayed)
            }
        }
        let recipients = isOver ? deadline.items.flatMap { $0.recipients.map(\.number) } : []
        let settlement = Settlement(email: EmailID(rawValue: queueID.rawValue), recipients: recipients, at: seconds)
        var event = TraceEvent(isOver ? .expired : .attempt, at: seconds)
        event.add(.note, isOver ? "given up: its time is over" : "its sender is told that it takes longer")
        let reports = ReportedMessage.grouped(deadline, told, at: seconds)
        let changes: @Sendable (SQLTransaction) throws -> Void = { [event] transaction in
            try MailQueue.markDelayTold(queueID, in: transaction)
            try MailTrace.record(event, of: queueID, in: transaction)
        }
        // Usually one: a message has several return paths only when a list took part.
        for (index, report) in reports.enumerated() where index > 0 { await write(nil, report, { _ in }, at: seconds) }
        await write(settlement, reports.first, changes, at: seconds)
    }

    /// One transaction: with a report it is the report's delivery.
    private nonisolated(nonsending) func write(
        _ settlement: Settlement?, _ report: ReportedMessage?,
        _ changes: @escaping @Sendable (SQLTransaction) throws -> Void, at seconds: Int64
    ) async {
        let settles = settlement.map { $0.recipients.isEmpty ? [] : [$0] } ?? []
        await insist {
            if let report, try await reporter.send(report, settles, changes, at: seconds) == .sent { return }
            try await store.change(.written) { transaction in
                for settlement in settles { try MailQueue.settleAndNote(settlement, in: transaction) }
                try changes(transaction)
            }
        }
    }

    /// Until it is written nobody goes on: whoever was sent to, and cannot be settled since the disk is full, would be
    /// sent to again and again. When the server is stopped before, it stays in the queue: better twice than never.
    private nonisolated(nonsending) func insist(_ write: nonisolated(nonsending) () async throws -> Void) async {
        var pause = Duration.seconds(1)
        while true {
            do {
                return try await write()
            } catch {
                logger.error("queue not written, trying again", metadata: ["error": "\(error)", "in": "\(pause)"])
            }
            do { try await Task.sleep(for: pause) } catch { return }
            pause = min(pause * 2, Self.pauseMax)
        }
    }

    private static let pauseMax = Duration.seconds(60)

    private func count(_ item: QueueItem, _ outcome: ItemOutcome, _ sorted: SortedOutcome) {
        metrics.attempted(delivered: sorted.delivered, deferred: sorted.deferred, failed: sorted.failed)
        for (number, result) in outcome.results.sorted(by: { $0.key < $1.key }) {
            let recipient = item.recipients.first { $0.number == number }
            logger.info(
                "\(result.word)",
                metadata: [
                    "message": "\(item.queueID)", "to": "\(recipient?.recipient.path.description ?? "")",
                    "from": "\(item.reversePath)", "host": "\(outcome.host?.description ?? "")",
                    "tls": "\(outcome.tls ?? "none")",
                    "reply": "\(result.reply.text)",
                ])
        }
    }
}
