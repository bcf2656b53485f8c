internal import InternetMessage
internal import MailCore
internal import MailQueue
internal import Storage

/// An outcome by what has to be done about it.
struct SortedOutcome: Sendable {
    /// Recipients that are done with, by number.
    var done: [Int64] = []
    /// Recipients to be tried again, by when and after which reply.
    var deferrals: [MailQueue.Deferral] = []
    /// What the sender is told.
    var reported: [ReportedRecipient] = []
    var delivered = 0
    var deferred = 0
    var failed = 0

    init(_ item: QueueItem, _ outcome: ItemOutcome, _ schedule: RetrySchedule, at seconds: Int64) {
        for recipient in item.recipients {
            switch outcome.results[recipient.number] ?? .deferred(.unanswered) {
            case .delivered(let reply, let reports):
                done.append(recipient.number)
                delivered += 1
                // RFC 3461 §5.2.2 (b): a success that the next server will not report.
                if reports == .endHere, recipient.recipient.notify?.contains(.success) == true {
                    reported.append(ReportedRecipient(recipient, recipient.task.success, reply, outcome))
                }
            case .failed(let reply):
                done.append(recipient.number)
                failed += 1
                if ReportedRecipient.wants(.failed, recipient) {
                    reported.append(ReportedRecipient(recipient, .failed, reply, outcome))
                }
            case .deferred(let reply):
                deferred += 1
                let wait = schedule.waitSeconds(
                    afterFailures: recipient.attempts + 1, spread: .random(in: 0..<1))
                put(recipient.number, off: outcome.nextAttempt ?? seconds + wait, reply)
            }
        }
    }

    private mutating func put(_ number: Int64, off seconds: Int64, _ reply: RemoteReply) {
        // Those that failed together are tried together.
        if let index = deferrals.firstIndex(where: { $0.reply == reply.text }) {
            deferrals[index].recipients.append(number)
        } else {
            deferrals.append(MailQueue.Deferral(recipients: [number], nextAttempt: seconds, reply: reply.text))
        }
    }
}

extension QueuedMessage.Task {
    /// What a sender is told of success.
    var success: DeliveryReport.Action {
        switch self {
        case .deliver: .relayed
        case .reportDelivered: .delivered
        case .reportExpanded: .expanded
        }
    }
}

extension RemoteReply {
    /// A recipient that a link left without a result.
    static var unanswered: RemoteReply {
        .local(.temporary, 4, 2, "the connection ended before it was the recipient's turn")
    }
}

extension RecipientResult {
    /// As logs and the trace call it.
    var word: String {
        switch self {
        case .delivered: "delivered"
        case .deferred: "deferred"
        case .failed: "failed"
        }
    }

    /// Whether it is tried again.
    var isDeferred: Bool {
        if case .deferred = self { true } else { false }
    }

    /// What the other server said, or what went wrong.
    var reply: RemoteReply {
        switch self {
        case .delivered(let reply, _), .deferred(let reply), .failed(let reply): reply
        }
    }
}
