internal import DotStuffing
internal import MailCore
internal import NIOCore
internal import SASL

/// MAIL, RCPT, DATA and what comes back.
extension SMTPClientStateMachine {
    /// What the server lacks for this transaction; nil when it may begin.
    package func obstacle(_ transaction: SMTPTransaction) -> TransactionObstacle? {
        let parameters = transaction.envelope.parameters
        let extensions = capabilities.extensions
        if transaction.needsSMTPUTF8, !extensions.contains(.smtpUTF8) { return .needsSMTPUTF8 }
        switch parameters.body {
        case .sevenBit: break
        case .eightBitMIME where !extensions.contains(.eightBitMIME): return .needsSevenBit
        case .binaryMIME where !extensions.isSuperset(of: [.chunking, .binaryMIME]): return .needsLines
        case .eightBitMIME, .binaryMIME: break
        }
        if let limit = capabilities.sizeOctetsMax, let size = transaction.sizeOctets, size > limit {
            return .messageTooLarge(limitOctets: limit)
        }
        if parameters.requireTLS == .required, channel == .clear || !extensions.contains(.requireTLS) {
            return .needsRequireTLS
        }
        if let by = transaction.deliverBy, by.mode == .return {
            guard extensions.contains(.deliverBy), by.seconds > 0, by.seconds >= capabilities.deliverBySecondsMin ?? 0
            else { return .needsDeliverBy }
        }
        return nil
    }

    /// Begins a transaction; only when `isReusable`. Recipients beyond what the server takes at a time are left over.
    ///
    /// - Throws: what the server lacks; nothing was sent then.
    package mutating func begin(_ transaction: SMTPTransaction) throws(TransactionObstacle) {
        precondition(isReusable, "no transaction can begin now")
        precondition(!transaction.envelope.recipients.isEmpty, "a transaction needs a recipient")
        if let obstacle = obstacle(transaction) { throw obstacle }
        let hasDSN = capabilities.extensions.contains(.dsn)
        let outgoing = OutgoingTransaction(
            transaction, transfer: transaction.envelope.parameters.body == .binaryMIME ? .chunks : .data,
            dsn: hasDSN || !transaction.envelope.wantsReports ? .handedOn : .dropped,
            tried: 0..<recipientsAtATime(transaction.envelope.recipients),
            firstStep: pendingReset == .due ? .reset : .mail)
        transactionsBegun += 1
        pendingReset = .none
        proceed(outgoing)
    }

    /// How many recipients, from the first, the server takes in one transaction (RFC 9422 §5).
    private func recipientsAtATime(_ recipients: [EnvelopeRecipient]) -> Int {
        let count = min(recipients.count, capabilities.limits.recipientsMax ?? configuration.limits.recipientsMax)
        guard let domainsMax = capabilities.limits.recipientDomainsMax else { return count }
        var domains: Set<Domain?> = []
        for index in 0..<count {
            domains.insert(recipients[index].path.address?.domain)
            if domains.count > domainsMax { return index }
        }
        return count
    }

    /// Writes the commands that may go out now.
    private mutating func proceed(_ transaction: OutgoingTransaction) {
        var transaction = transaction
        let writer = SMTPCommandWriter(capabilities: capabilities)
        repeat {
            let start = output.writerIndex
            switch transaction.step(transaction.nextStep) {
            case .reset: output.writeStaticString("RSET\r\n")
            case .mail: writer.mail(transaction.request, into: &output)
            case .recipient(let place):
                let recipients = transaction.request.envelope.recipients
                writer.recipient(recipients[transaction.tried.lowerBound + place], into: &output)
            case .data: output.writeStaticString("DATA\r\n")
            }
            transaction.nextStep += 1
            if configuration.dialog == .recorded {
                let line = output.getString(at: start, length: output.writerIndex - start - 2) ?? ""
                record(.client(line))
            }
        } while transaction.nextStep < transaction.endStep && capabilities.extensions.contains(.pipelining)
        state = .transaction(transaction)
    }

    mutating func receiveInTransaction(_ reply: SMTPReply) -> SMTPClientAction? {
        guard case .transaction(var transaction) = state else { return nil }
        let stage = stage
        state = .closed
        if reply.closesConnection {
            transaction.conclude(.refused(reply, at: stage))
            return finish(transaction)
        }
        switch transaction.step(transaction.awaitedStep) {
        case .reset:
            guard reply.code < 300 else { return misunderstood(reply, stage, transaction) }
        case .mail:
            guard reply.code / 100 != 3 else { return misunderstood(reply, stage, transaction) }
            transaction.isMailAccepted = reply.code < 300
            if !transaction.isMailAccepted { transaction.conclude(.refused(reply, at: .mail)) }
        case .recipient(let place):
            guard reply.code / 100 != 3 else { return misunderstood(reply, stage, transaction) }
            if transaction.isMailAccepted { note(reply, place, &transaction) }
        case .data:
            return receiveData(reply, transaction)
        }
        transaction.awaitedStep += 1
        return goOn(transaction)
    }

    private func note(_ reply: SMTPReply, _ place: Int, _ transaction: inout OutgoingTransaction) {
        let index = transaction.tried.lowerBound + place
        if reply.code < 300 {
            transaction.accepted.append(index)
        } else if reply.isTooManyRecipients, !transaction.accepted.isEmpty {
            transaction.outcomes[index] = .leftOver
        } else {
            transaction.outcomes[index] = .refused(reply, at: .recipient)
        }
    }

    /// A reply was taken: what comes next?
    private mutating func goOn(_ transaction: OutgoingTransaction) -> SMTPClientAction? {
        if transaction.awaitedStep < transaction.nextStep {
            state = .transaction(transaction)
            return nil
        }
        // Nothing more is due; DATA is not among what was sent.
        let isMailAnswered = transaction.awaitedStep > 1
        let areRecipientsAnswered = transaction.awaitedStep >= 2 + transaction.tried.count
        if isMailAnswered, !transaction.isMailAccepted { return finishOpen(transaction) }
        if areRecipientsAnswered, transaction.accepted.isEmpty { return finishOpen(transaction) }
        guard transaction.nextStep < transaction.endStep else { return askForMessage(transaction) }
        proceed(transaction)
        return nil
    }

    private mutating func receiveData(
        _ reply: SMTPReply, _ transaction: OutgoingTransaction
    ) -> SMTPClientAction? {
        var transaction = transaction
        if reply.code == 354 {
            if !transaction.accepted.isEmpty { return askForMessage(transaction) }
            // RFC 2920 §3.1; in LMTP nobody is left to get a reply (RFC 2033 §4.2), so nothing shows where it ends.
            if configuration.dialect == .lmtp { return finish(transaction) }
            send(".")
            state = .endOfData(transaction)
            return nil
        }
        guard reply.code >= 400 else { return misunderstood(reply, .data, transaction) }
        transaction.concludeAccepted(.refused(reply, at: .data))
        return finishOpen(transaction)
    }

    private mutating func askForMessage(_ transaction: OutgoingTransaction) -> SMTPClientAction {
        var transaction = transaction
        encoder = DotEncoder(bareCR: .converted)
        transaction.octets = 0
        state = .message(transaction)
        return .sendMessage
    }

    /// A reply that the protocol has no room for.
    func misunderstood(
        _ reply: SMTPReply, _ stage: SMTPStage, _ transaction: OutgoingTransaction
    ) -> SMTPClientAction {
        var transaction = transaction
        let sent: RecipientOutcome.DataSent = stage == .endOfData ? .inDoubt : .incomplete
        transaction.conclude(.undecided(.unexpectedReply(reply, at: stage), sent))
        return finish(transaction)
    }

    /// The transaction failed before the message; the server may still hold it.
    private mutating func finishOpen(_ transaction: OutgoingTransaction) -> SMTPClientAction {
        pendingReset = transaction.isMailAccepted ? .due : .none
        state = .ready
        return finish(transaction)
    }

    /// The transaction's outcome, by the state that the session is in.
    func finish(_ transaction: OutgoingTransaction) -> SMTPClientAction {
        .finished(
            SMTPTransactionOutcome(
                recipients: transaction.outcomes.map { $0 ?? .leftOver }, dsn: transaction.dsn,
                connection: isReusable ? .reusable : .spent))
    }
}

extension Envelope {
    /// Whether anything in it is for DSN.
    fileprivate var wantsReports: Bool {
        parameters.dsnReturn != nil || parameters.envelopeID != nil
            || recipients.contains { $0.notify != nil || $0.originalRecipient != nil }
    }
}

extension SMTPReply {
    /// RFC 5321 §4.5.3.1.10: 452 to a RCPT behind others, where the code beside it does not mean something else.
    fileprivate var isTooManyRecipients: Bool {
        guard code == 452 else { return false }
        return enhancedStatusCode.map { $0.subject == 5 && $0.detail == 3 } ?? true
    }
}
