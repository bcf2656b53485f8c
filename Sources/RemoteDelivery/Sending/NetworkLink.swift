internal import MailCore
internal import MailQueue
internal import SMTP

/// A connection that carries items of the queue.
actor NetworkLink: OutboundLink {
    private let connection: SMTPClientConnection
    private let sender: MessageSender
    private let host: RemoteHost
    private var isSpent = false

    init(_ connection: SMTPClientConnection, _ sender: MessageSender, host: RemoteHost) {
        self.connection = connection
        self.sender = sender
        self.host = host
    }

    var isUsable: Bool { !isSpent }

    func send(_ item: QueueItem) async -> ItemOutcome {
        var outcome = ItemOutcome(host: host, tls: connection.tls?.description)
        var rest = item
        // A server that takes few recipients at a time gets the message several times.
        while !rest.recipients.isEmpty {
            let part = await sender.send(rest, over: connection)
            outcome.signatures = part.signatures
            for (number, result) in part.results { outcome.results[number] = result }
            if part.connection == .spent { isSpent = true }
            let before = rest.recipients.count
            rest.recipients.removeAll { part.results[$0.number] != nil }
            guard !isSpent, rest.recipients.count < before else { break }
        }
        for recipient in rest.recipients { outcome.results[recipient.number] = .deferred(.unanswered) }
        return outcome
    }

    func close() async {
        if isSpent { connection.close() } else { await connection.quit() }
    }
}
