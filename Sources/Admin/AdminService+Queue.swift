internal import Directory
internal import MailCore
internal import MailQueue
internal import MailStore
internal import MailTrace
internal import Storage

extension AdminService {
    func queueList(after: String?, limit: Int) async throws -> AdminResult {
        let after = try after.map(queueID)
        let entries = try await mailQueue.list(after: after, limit: max(1, min(limit, 1000)))
        return .queue(entries.map(Self.report), total: try await mailQueue.count())
    }

    func queueShow(_ id: String) async throws -> AdminResult {
        let queueID = try queueID(id)
        guard let entry = try await mailQueue.entry(queueID) else {
            throw AdminFailure("there is no message \(id) in the queue (any more)", advice: "see: paloma queue list")
        }
        return .queue([Self.report(entry)], total: try await mailQueue.count())
    }

    func queueHold(_ id: String) async throws -> AdminResult {
        try await change(id, .held) { queueID, transaction in try MailQueue.hold(queueID, in: transaction) }
    }

    func queueRetry(_ id: String?) async throws -> AdminResult {
        let seconds = DirectoryClock.system.wallSeconds()
        let signal = signal
        guard let id else {
            return .recipients(
                try await store.change { try MailQueue.retryAll(at: seconds, telling: signal, in: $0) })
        }
        return try await change(id, .released) { queueID, transaction in
            try MailQueue.retry(queueID, at: seconds, telling: signal, in: transaction)
        }
    }

    func queueRemove(_ id: String) async throws -> AdminResult {
        let seconds = DirectoryClock.system.wallSeconds()
        return try await change(id, .removed) { queueID, transaction in
            try MailQueue.remove(queueID, at: seconds, in: transaction)
        }
    }

    /// Does something with one message and writes it down in its trace.
    private func change(
        _ id: String, _ kind: TraceEvent.Kind, _ body: @escaping @Sendable (QueueID, SQLTransaction) throws -> Int
    ) async throws -> AdminResult {
        let queueID = try queueID(id)
        let seconds = DirectoryClock.system.wallSeconds()
        let count = try await store.change { transaction in
            guard try MailQueue.isQueued(queueID, in: transaction) else { return nil as Int? }
            let count = try body(queueID, transaction)
            if count > 0 { try MailTrace.record(TraceEvent(kind, at: seconds), of: queueID, in: transaction) }
            return count
        }
        guard let count else {
            throw AdminFailure("there is no message \(id) in the queue (any more)", advice: "see: paloma queue list")
        }
        return .recipients(count)
    }

    private func queueID(_ text: String) throws(AdminFailure) -> QueueID {
        guard let queueID = QueueID(text) else {
            throw AdminFailure("“\(text)” is no queue id", advice: "see the ids with: paloma queue list")
        }
        return queueID
    }

    private static func report(_ entry: QueueEntry) -> QueueReport {
        QueueReport(
            id: "\(entry.queueID)", acceptedSeconds: entry.acceptedAt, sizeBytes: entry.octets,
            state: entry.state == .held ? "held" : "waiting",
            recipients: entry.recipients.map { recipient in
                QueueReport.Recipient(
                    address: recipient.forwardPath, sender: recipient.reversePath, attempts: recipient.attempts,
                    nextAttemptSeconds: recipient.nextAttempt, lastReply: recipient.lastReply)
            })
    }
}
