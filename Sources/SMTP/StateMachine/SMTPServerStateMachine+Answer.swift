internal import MailCore

/// What the session's answers do.
extension SMTPServerStateMachine {
    /// The answer to every question but `endOfData`; nil when `receive` is to be called at once, with or without input.
    package mutating func answer(_ verdict: Verdict) -> SMTPServerAction? {
        guard case .asking(let pending) = state else { preconditionFailure("nothing was asked") }
        switch verdict {
        case .accepted: return accepted(pending)
        case .refused(let reply) where reply.closesConnection: return close(reply)
        case .refused(let reply): return refused(pending, reply)
        }
    }

    /// The answer to `endOfData`. The transaction is over, whatever it says.
    package mutating func answer(_ answer: DeliveryAnswer) -> SMTPServerAction {
        guard case .asking(.endOfData(let transaction)) = state else {
            preconditionFailure("no message was handed over")
        }
        state = .ready(SMTPServerState.Ready())
        switch answer {
        case .message(let reply) where reply.closesConnection && configuration.role != .lmtp:
            return close(reply)
        case .message(let reply):
            if reply.isPositive { errors = ErrorCounts() }
            return finalReply(transaction, reply)
        case .eachRecipient(let replies):
            precondition(configuration.role == .lmtp, "SMTP has one reply for a message")
            precondition(replies.count == transaction.accepted, "LMTP has one reply for each recipient")
            if replies.contains(where: \.isPositive) { errors = ErrorCounts() }
            return .sendEach(replies)
        }
    }

    private mutating func accepted(_ pending: SMTPServerState.Pending) -> SMTPServerAction? {
        switch pending {
        case .connected:
            state = .greeted
            return .send(configuration.greeting)
        case .hello(let name, let dialect):
            helloName = name
            self.dialect = dialect
            state = .ready(SMTPServerState.Ready())
            return .send(helloReply(dialect))
        case .mail(let transaction):
            transactions += 1
            state = .transaction(transaction)
            return .send(.senderOk)
        case .recipient(var transaction):
            transaction.accepted += 1
            state = .transaction(transaction)
            return .send(.recipientOk)
        case .beginData(let transaction):
            state = .data(SMTPServerState.DataTransfer(transaction: transaction))
            return .send(.startMailInput)
        case .beginChunk(let transaction, let chunk):
            startChunk(chunk, .keep(SMTPServerState.Chunking(transaction: transaction, octets: 0)))
            return nil
        case .login:
            login = .done
            failedLogins = 0
            state = .ready(SMTPServerState.Ready())
            return .send(.loggedIn)
        case .endOfData:
            preconditionFailure("a message is accepted by a DeliveryAnswer, which has the reply")
        case .credentials:
            preconditionFailure("credentials are given by a CredentialsAnswer")
        }
    }

    private mutating func refused(_ pending: SMTPServerState.Pending, _ reply: SMTPReply) -> SMTPServerAction? {
        switch pending {
        case .connected:
            state = .turnedAway
        case .hello:
            state = helloName == nil ? .greeted : .ready(SMTPServerState.Ready())
        case .mail:
            state = .ready(SMTPServerState.Ready(lastMail: .refused))
        case .recipient(let transaction):
            return refusedRecipient(transaction, reply)
        case .beginData(let transaction):
            state = .transaction(transaction)
        case .beginChunk(let transaction, let chunk):
            startChunk(chunk, .lose(transaction, reply))
            return nil
        case .endOfData(let transaction):
            return loseMessage(transaction, reply)
        case .login, .credentials:
            return refusedLogin(reply)
        }
        return .send(reply)
    }

    /// Who guesses names is sent away; a sender with a somewhat stale list of ours is not.
    private mutating func refusedRecipient(
        _ started: SMTPServerState.Transaction, _ reply: SMTPReply
    ) -> SMTPServerAction {
        var transaction = started
        transaction.refused += 1
        state = .transaction(transaction)
        if reply.isPermanentFailure {
            errors.refusedRecipients += 1
            let isTooMuch = errors.refusedRecipients >= configuration.limits.refusedRecipientsMax
            if isTooMuch, transaction.refused > transaction.accepted { return close(.tooManyRefusedRecipients) }
        }
        return .send(reply)
    }

    private func helloReply(_ dialect: TransmissionType.Dialect) -> SMTPReply {
        switch (dialect, channelSecurity) {
        case (.smtp, _): configuration.heloReply
        case _ where configuration.logins != .none:
            configuration.ehloReply(channelSecurity, announcedMechanisms, nowSeconds: nowSeconds)
        case (_, .plain): configuration.ehloReplyPlain
        case (_, .tls): configuration.ehloReplyTLS
        }
    }
}
