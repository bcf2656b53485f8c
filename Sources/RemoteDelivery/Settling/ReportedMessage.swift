internal import InternetMessage
internal import MailCore
internal import MailQueue
internal import Storage

/// What a sender is told about one recipient.
struct ReportedRecipient: Sendable {
    let recipient: QueueItem.Recipient
    let action: DeliveryReport.Action
    let reply: RemoteReply
    /// The host that was tried; nil when there was none.
    let host: RemoteHost?
    /// When it is given up; for a delay.
    var retryUntil: Int64?

    init(
        _ recipient: QueueItem.Recipient, _ action: DeliveryReport.Action, _ reply: RemoteReply, _ outcome: ItemOutcome
    ) {
        self.recipient = recipient
        self.action = action
        self.reply = reply
        host = outcome.host
    }

    /// A message whose time has come.
    init(
        _ deadline: MailQueue.Deadline, _ item: QueueItem, _ recipient: QueueItem.Recipient, _ schedule: RetrySchedule,
        _ action: DeliveryReport.Action
    ) {
        self.recipient = recipient
        self.action = action
        host = nil
        let last = recipient.lastReply.isEmpty ? deadline.failures[item.destination] ?? "" : recipient.lastReply
        var reply = RemoteReply(lastSaid: last)
        if action == .failed {
            // RFC 3463 §3.5: delivery time expired.
            reply.status = EnhancedStatusCode(.permanentFailure, 4, 7)
        } else {
            retryUntil = item.beginsAt + schedule.expirySeconds
        }
        self.reply = reply
    }

    /// Whether the sender wants to hear of this (RFC 3461 §4.1): failures and delays where nothing was said.
    static func wants(_ action: DeliveryReport.Action, _ recipient: QueueItem.Recipient) -> Bool {
        guard let notify = recipient.recipient.notify else { return action == .failed || action == .delayed }
        switch action {
        case .failed: return notify.contains(.failure)
        case .delayed: return notify.contains(.delay)
        case .delivered, .relayed, .expanded: return notify.contains(.success)
        }
    }
}

/// A message about which its sender is told something.
struct ReportedMessage: Sendable {
    let queueID: QueueID
    /// Where the report goes.
    let sender: EmailAddress
    let parameters: EnvelopeParameters
    let acceptedAt: Int64
    let content: StoredOctets
    let recipients: [ReportedRecipient]

    /// nil when there is nothing to tell, or nobody: a report is never answered by another (RFC 3461 §6.1).
    init?(_ item: QueueItem, _ recipients: [ReportedRecipient], at seconds: Int64) {
        guard !recipients.isEmpty, let sender = item.reversePath.address else { return nil }
        queueID = item.queueID
        self.sender = sender
        parameters = item.parameters
        acceptedAt = item.acceptedAt
        content = item.content
        self.recipients = recipients
    }

    /// One for each return path.
    static func grouped(
        _ deadline: MailQueue.Deadline, _ told: [ReportedRecipient], at seconds: Int64
    ) -> [ReportedMessage] {
        var groups: [(item: QueueItem, recipients: [ReportedRecipient])] = []
        for item in deadline.items {
            let numbers = Set(item.recipients.map(\.number))
            let own = told.filter {
                numbers.contains($0.recipient.number) && ReportedRecipient.wants($0.action, $0.recipient)
            }
            if let index = groups.firstIndex(where: { $0.item.reversePath == item.reversePath }) {
                groups[index].recipients += own
            } else {
                groups.append((item, own))
            }
        }
        return groups.compactMap { ReportedMessage($0.item, $0.recipients, at: seconds) }
    }
}
