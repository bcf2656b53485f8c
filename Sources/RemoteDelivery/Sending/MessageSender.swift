package import Directory
internal import InternetMessage
package import Logging
internal import MailCore
internal import MailQueue
internal import NIOCore
internal import SMTP
package import Storage

/// Carries an item over a connection: in the form that the server takes, with our domain's signatures.
package struct MessageSender: Sendable {
    let store: Store
    let signer: MessageSigner
    let now: @Sendable () -> Int64
    let logger: Logger

    /// What became of an item, or of a part of its recipients.
    struct Outcome {
        var results: [Int64: RecipientResult] = [:]
        var signatures: [String] = []
        var connection = SMTPTransactionOutcome.Connection.reusable
    }

    /// Puts the parts together.
    package init(store: Store, directory: Directory, now: @escaping @Sendable () -> Int64, logger: Logger) {
        self.store = store
        self.now = now
        self.logger = logger
        signer = MessageSigner(store: store, directory: directory, logger: logger)
    }

    /// Every recipient that has no result is left over: the server takes no more at a time.
    func send(_ item: QueueItem, over connection: SMTPClientConnection) async -> Outcome {
        var message = OutgoingMessage(item, store)
        do {
            try await message.prepare(for: connection.capabilities)
            let signatures = await signer.sign(&message, item, at: now())
            var outcome = try await transmit(message, item, over: connection)
            outcome.signatures = signatures
            return outcome
        } catch let obstacle as TransportObstacle {
            return refused(item, 6, 3, "the next server does not take this message as it is: \(obstacle.explanation)")
        } catch {
            logger.error("message not read", metadata: ["message": "\(item.queueID)", "error": "\(error)"])
            var outcome = Outcome()
            let reply = RemoteReply.local(.temporary, 3, 0, "the message cannot be read here; the postmaster knows")
            for recipient in item.recipients { outcome.results[recipient.number] = .deferred(reply) }
            return outcome
        }
    }

    private func transmit(
        _ message: OutgoingMessage, _ item: QueueItem, over connection: SMTPClientConnection
    ) async throws -> Outcome {
        let reader = message.reader()
        do throws(TransactionObstacle) {
            let transaction = transaction(message, item)
            let result = try await connection.send(transaction) { try await reader.next() }
            return sorted(result, item)
        } catch {
            return refused(item, error)
        }
    }

    private func transaction(_ message: OutgoingMessage, _ item: QueueItem) -> SMTPTransaction {
        var parameters = item.parameters
        parameters.body = message.body
        var envelope = Envelope(reversePath: item.reversePath, parameters: parameters)
        envelope.recipients = item.recipients.map(\.recipient)
        var transaction = SMTPTransaction(envelope, sizeOctets: Int(message.sizeOctets))
        if let deliverBy = item.parameters.deliverBy {
            let seconds = deliverBy.deadline - now()
            transaction.deliverBy = SMTPTransaction.DeliverBy(
                seconds: Int(clamping: seconds), mode: deliverBy.mode == .notify ? .notify : .return)
        }
        return transaction
    }

    private func sorted(_ result: SMTPTransactionOutcome, _ item: QueueItem) -> Outcome {
        var outcome = Outcome()
        outcome.connection = result.connection
        for (recipient, fate) in zip(item.recipients, result.recipients) {
            switch fate {
            case .accepted(let reply):
                outcome.results[recipient.number] = .delivered(
                    RemoteReply(reply), result.dsn == .handedOn ? .passedOn : .endHere)
            case .refused(let reply, _):
                let said = RemoteReply(reply)
                outcome.results[recipient.number] = said.permanence == .permanent ? .failed(said) : .deferred(said)
            case .leftOver:
                break
            case .undecided(let failure, let sent):
                var reply = RemoteReply(failure)
                reply.permanence = .temporary
                if sent == .inDoubt { reply.lines[0] += "; the server may have the message already" }
                outcome.results[recipient.number] = .deferred(reply)
            }
        }
        // Where nobody could be reached, the next attempt is made on a new connection: it may meet another server.
        if !outcome.results.isEmpty, outcome.results.values.allSatisfy(\.isDeferred) { outcome.connection = .spent }
        return outcome
    }

    private func refused(_ item: QueueItem, _ obstacle: TransactionObstacle) -> Outcome {
        switch obstacle {
        case .needsSMTPUTF8:
            // RFC 6531 §3.5.
            refused(item, 6, 7, "the next server does not take internationalized addresses (SMTPUTF8)")
        case .needsSevenBit, .needsLines:
            refused(item, 6, 3, "the next server does not take this message as it is")
        case .messageTooLarge(let limit):
            refused(item, 3, 4, "the message is larger than the next server takes, \(limit) octets")
        case .needsRequireTLS:
            // RFC 8689 §4.2.1.
            refused(item, 7, 30, "the next server does not promise TLS all the way (REQUIRETLS)")
        case .needsDeliverBy:
            refused(item, 4, 7, "the next server does not promise to deliver in time (DELIVERBY)")
        }
    }

    private func refused(_ item: QueueItem, _ subject: UInt16, _ detail: UInt16, _ text: String) -> Outcome {
        var outcome = Outcome()
        let reply = RemoteReply.local(.permanent, subject, detail, text)
        for recipient in item.recipients { outcome.results[recipient.number] = .failed(reply) }
        return outcome
    }
}
