internal import MailCore
internal import MailQueue
internal import MailTrace

/// An attempt as the trace tells it.
enum AttemptEvent {
    /// Recipients that are told one by one.
    private static let toldMax = 100

    static func make(
        _ item: QueueItem, _ outcome: ItemOutcome, _ sorted: SortedOutcome, at seconds: Int64
    ) -> TraceEvent {
        var event = TraceEvent(.attempt, at: seconds)
        event.add(.host, outcome.host?.description)
        event.add(.tls, outcome.tls)
        for signature in outcome.signatures { event.add(.signed, signature) }
        for recipient in item.recipients.prefix(toldMax) {
            guard let result = outcome.results[recipient.number] else { continue }
            event.add(.to, recipient.recipient.path.address?.written)
            event.add(.outcome, result.word)
            event.add(.reply, result.reply.text)
            if case .deferred = result {
                let next = sorted.deferrals.first { $0.recipients.contains(recipient.number) }
                event.add(.nextAttempt, next.map { "\($0.nextAttempt)" })
            }
        }
        let untold = item.recipients.count - toldMax
        if untold > 0 { event.add(.note, "and \(untold) more recipients") }
        return event
    }
}
