internal import Directory
internal import Logging
internal import MailCore
internal import SMTP
internal import ServerRuntime

/// MAIL: from whom we take mail.
extension SMTPSession {
    /// The answer of a listener that takes mail from everybody.
    func beginTransaction(_ reversePath: ReversePath, _ parameters: MailParameters) -> Verdict {
        let now = context.now()
        var envelope = parameters.envelope
        if let hold = parameters.hold {
            let holdUntil =
                switch hold {
                case .interval(let seconds): now + seconds
                case .until(let seconds): seconds
                }
            let secondsMax = context.configuration.limits.futureReleaseSecondsMax
            guard holdUntil <= now + secondsMax else { return .refused(.heldTooLong(days: secondsMax / 86_400)) }
            // A time that has come already holds nothing.
            if holdUntil > now { envelope.holdUntil = holdUntil }
        }
        if let request = parameters.deliverBy {
            let deadline = now + request.seconds
            if let holdUntil = envelope.holdUntil, deadline <= holdUntil { return .refused(.heldBeyondDeadline) }
            envelope.deliverBy = EnvelopeParameters.DeliverBy(
                deadline: deadline, mode: request.mode, trace: request.trace)
        }
        transaction = SMTPTransaction(reversePath, envelope, sizeOctets: parameters.sizeOctets)
        return .accepted
    }

    /// The same for a client that has logged in: the sender must be one of the account's addresses, and the account must
    /// not have sent too much today. `<>` is everybody's: disposition notifications are sent by it (RFC 8098 §3).
    nonisolated(nonsending)
        func beginSubmission(_ reversePath: ReversePath, _ parameters: MailParameters) async -> Verdict
    {
        guard let login, let policy = context.submission else { return .refused(.localError) }
        do {
            guard try await context.directory.mayUse(reversePath.address ?? login.address, login.id) else {
                let reply = try await wrongSender(reversePath.description, login)
                logRefusedSender(reversePath, reply)
                return .refused(reply)
            }
            let excess = try await context.directory.mayBeginMessage(
                login.id, policy.sendingLimits, at: context.now())
            if let excess {
                logRefusedSender(reversePath, .sendingExcess(excess))
                return .refused(.sendingExcess(excess))
            }
            return beginTransaction(reversePath, parameters)
        } catch {
            context.logger.log(
                level: Task.isCancelled ? .debug : .error, "sender cannot be looked up",
                metadata: ["session": "\(info.id)", "error": "\(error)"])
            return .refused(.localError)
        }
    }

    /// Says which addresses the account may use.
    nonisolated(nonsending)
        func wrongSender(_ what: String, _ login: AuthenticatedAccount) async throws -> SMTPReply
    {
        guard try await context.directory.mayUse(login.address, login.id),
            let addresses = try await context.directory.senderAddresses(login.id)
        else { return .accountMayNotSend }
        return .wrongSender(what, addresses)
    }

    private func logRefusedSender(_ reversePath: ReversePath, _ reply: SMTPReply) {
        context.metrics.refusedMessage()
        context.logger.info(
            "sender refused",
            metadata: [
                "session": "\(info.id)", "peer": "\(info.peerText)", "account": "\(login?.address.written ?? "")",
                "from": "\(reversePath)", "reply": "\(reply)",
            ])
    }
}

extension SMTPReply {
    /// A sender, in the envelope or in the header, that is somebody else (RFC 6409 §6.1).
    static func wrongSender(_ what: String, _ addresses: SenderAddresses) -> SMTPReply {
        SMTPReply(
            550, EnhancedStatusCode(.permanentFailure, 7, 1),
            "\(what): this account may not send as this address; it may send as: \(addresses.text)")
    }

    /// Disabled or removed since it logged in.
    static let accountMayNotSend = SMTPReply(
        550, EnhancedStatusCode(.permanentFailure, 7, 1), "This account may not send mail any more")

    /// The account's messages or recipients of the day are used up.
    static func sendingExcess(_ excess: SendingExcess) -> SMTPReply {
        SMTPReply(452, EnhancedStatusCode(.persistentTransientFailure, 7, 1), excess.text)
    }

    /// RFC 4865 §4.
    static func heldTooLong(days: Int64) -> SMTPReply {
        SMTPReply(
            501, EnhancedStatusCode(.permanentFailure, 5, 4), "A message can be held for at most \(days) days")
    }

    /// BY= before HOLDUNTIL= (RFC 4865 §5).
    static let heldBeyondDeadline = SMTPReply(
        501, EnhancedStatusCode(.permanentFailure, 5, 4), "The message is to be delivered by a time at which it is held"
    )
}
