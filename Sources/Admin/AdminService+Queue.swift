internal import Directory
internal import MailCore
internal import MailQueue
internal import MailStore
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

    private func queueID(_ text: String) throws(AdminFailure) -> QueueID {
        guard let queueID = QueueID(text) else {
            throw AdminFailure("“\(text)” is no queue id", advice: "see the ids with: paloma queue list")
        }
        return queueID
    }

    private static func report(_ entry: QueueEntry) -> QueueReport {
        QueueReport(
            id: "\(entry.queueID)", acceptedSeconds: entry.acceptedAt, sizeBytes: entry.octets,
            recipients: entry.recipients.map { recipient in
                QueueReport.Recipient(
                    address: recipient.forwardPath, sender: recipient.reversePath, attempts: recipient.attempts,
                    nextAttemptSeconds: recipient.nextAttempt, lastReply: recipient.lastReply)
            })
    }
}
