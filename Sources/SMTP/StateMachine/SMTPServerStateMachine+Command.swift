internal import MailCore
internal import NIOCore

/// What each command does in each state (RFC 5321 §4.1.4).
extension SMTPServerStateMachine {
    mutating func obey(_ command: SMTPCommand, _ input: inout ByteBuffer) -> SMTPServerAction? {
        if case .turnedAway = state, command != .quit { return protocolError(.turnedAway) }
        if let refusal = tlsRefusal(command) { return refusal }
        switch command {
        case .mail(let path, let parameters): return mail(path, parameters)
        case .recipient(let path, let charset, let parameters): return recipient(path, charset, parameters)
        case .data: return data()
        case .chunk(let chunk): return beginChunk(chunk, &input)
        case .ehlo(let name): return configuration.role == .lmtp ? protocolError(.wantsLHLO) : hello(name, .esmtp)
        case .helo(let name): return configuration.role == .lmtp ? protocolError(.wantsLHLO) : hello(name, .smtp)
        case .lhlo(let name): return configuration.role == .lmtp ? hello(name, .lmtp) : protocolError(.wantsEHLO)
        case .reset: return reset()
        case .noop: return .send(.ok)
        case .help: return .send(configuration.helpReply)
        case .verify: return .send(.cannotVerify)
        case .expand: return .send(.noExpansion)
        case .quit: return close(configuration.quitReply)
        case .startTLS: return startTLS(&input)
        case .authenticate(let request): return authenticate(request)
        case .http: return close(.notHTTP)
        }
    }

    /// On a listener that wants TLS first: 530 to all but a few (RFC 3207 §4).
    private mutating func tlsRefusal(_ command: SMTPCommand) -> SMTPServerAction? {
        guard configuration.tlsMode == .startTLSRequired, channelSecurity == .plain else { return nil }
        switch command {
        case .ehlo, .helo, .lhlo, .noop, .help, .quit, .startTLS, .http, .chunk, .authenticate: return nil
        default: return .send(.tlsRequired)
        }
    }

    /// A greeting begins the session anew; an open transaction goes away (RFC 5321 §4.1.4).
    private mutating func hello(_ name: HelloName, _ dialect: TransmissionType.Dialect) -> SMTPServerAction {
        let features: TransmissionType.Features = channelSecurity == .tls ? .tls : []
        let question = SMTPQuestion.hello(name, TransmissionType(dialect, features))
        let hadTransaction = hasTransaction
        let action = ask(question, .hello(name, dialect))
        return hadTransaction ? abort(state, action) : action
    }

    private mutating func mail(_ path: ReversePath, _ parameters: MailParameters) -> SMTPServerAction {
        switch state {
        case .ready:
            if configuration.logins != .none, login == .none { return loginFirst() }
            if let transactionsMax = configuration.limits.transactionsMax, transactions >= transactionsMax {
                return close(.tooManyTransactions)
            }
            if let size = parameters.sizeOctets, size > configuration.limits.messageOctetsMax {
                state = .ready(SMTPServerState.Ready(lastMail: .refused))
                return .send(configuration.tooBigReply)
            }
            let envelope = parameters.envelope
            let transaction = SMTPServerState.Transaction(body: envelope.body, smtpUTF8: envelope.smtpUTF8)
            return ask(.mail(path, parameters), .mail(transaction))
        case .transaction: return protocolError(.nestedMail)
        case .chunking: return protocolError(.chunksBegun)
        case .chunksRefused: return .send(.chunksFailed)
        default: return protocolError(helloFirst)
        }
    }

    private mutating func recipient(
        _ path: ForwardPath, _ charset: PathCharset, _ parameters: RecipientParameters
    ) -> SMTPServerAction {
        switch state {
        case .transaction(var transaction):
            if transaction.accepted >= configuration.limits.recipientsMax { return .send(.tooManyRecipients) }
            if charset == .utf8, transaction.smtpUTF8 == .notNeeded {
                transaction.refused += 1
                state = .transaction(transaction)
                return .send(.nonASCIIRecipient)
            }
            return ask(.recipient(path, parameters), .recipient(transaction))
        case .ready(let ready): return withoutMail(ready)
        case .chunking: return protocolError(.chunksBegun)
        case .chunksRefused: return .send(.chunksFailed)
        default: return protocolError(helloFirst)
        }
    }

    private mutating func data() -> SMTPServerAction {
        switch state {
        case .transaction(let transaction):
            if let refusal = recipientsRefusal(transaction) { return refuse(refusal) }
            if transaction.body == .binaryMIME { return protocolError(.binaryNeedsChunks) }
            return ask(.beginData, .beginData(transaction))
        case .ready(let ready): return withoutMail(ready)
        case .chunking: return protocolError(.chunksBegun)
        case .chunksRefused: return .send(.chunksFailed)
        default: return protocolError(helloFirst)
        }
    }

    private mutating func reset() -> SMTPServerAction {
        switch state {
        case .transaction, .chunking:
            return abort(.ready(SMTPServerState.Ready()), .send(.ok))
        case .ready, .chunksRefused:
            state = .ready(SMTPServerState.Ready())
            return .send(.ok)
        default:
            return .send(.ok)
        }
    }

    private mutating func startTLS(_ input: inout ByteBuffer) -> SMTPServerAction {
        switch configuration.tlsMode {
        case .none: return protocolError(.noTLS)
        case .implicit: return protocolError(.alreadyTLS)
        case .startTLS, .startTLSRequired: break
        }
        guard channelSecurity == .plain else { return protocolError(.alreadyTLS) }
        octetsDroppedAtTLS += input.readableBytes
        input.moveReaderIndex(to: input.writerIndex)
        if hasTransaction { return abort(.handshaking, .startTLS(.readyForTLS)) }
        state = .handshaking
        return .startTLS(.readyForTLS)
    }

    /// RCPT or DATA without MAIL.
    private mutating func withoutMail(_ ready: SMTPServerState.Ready) -> SMTPServerAction {
        ready.lastMail == .refused ? .send(.mailFirst) : protocolError(.mailFirst)
    }

    /// Why no data can come yet: nobody would get them.
    func recipientsRefusal(_ transaction: SMTPServerState.Transaction) -> SMTPCommandError? {
        guard transaction.accepted == 0 else { return nil }
        guard transaction.refused > 0 else {
            return SMTPCommandError(reply: .recipientFirst, severity: .protocolError)
        }
        let reply: SMTPReply = configuration.role == .lmtp ? .noValidRecipientsLMTP : .noValidRecipients
        return SMTPCommandError(reply: reply, severity: .refusal)
    }

    var helloFirst: SMTPReply { configuration.role == .lmtp ? .lhloFirst : .helloFirst }

    /// Whether the session holds a sender, recipients or a spool.
    private var hasTransaction: Bool {
        switch state {
        case .transaction, .chunking: true
        default: false
        }
    }
}
