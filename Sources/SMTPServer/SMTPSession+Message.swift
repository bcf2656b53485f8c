internal import Delivery
internal import Directory
internal import InternetMessage
internal import Logging
internal import MailCore
internal import NIOCore
internal import SMTP
internal import ServerRuntime
internal import Storage

/// DATA and BDAT: the message comes in and is delivered.
extension SMTPSession {
    /// Opens the spool with the trace field that this server adds (RFC 5321 §4.4).
    func beginData() {
        guard transaction?.spool == nil, let envelope = transaction?.envelope else { return }
        let email = context.store.reserveEmailID()
        let received = TraceFields.Received(
            helloName: machine.helloName?.text, peerAddress: info.peer?.ipAddress,
            hostname: context.configuration.hostname, protocolKeyword: transmissionType(envelope).keyword,
            tls: tls?.description, queueID: QueueID(rawValue: email.rawValue),
            recipient: envelope.recipients.count == 1 ? envelope.recipients[0].path : nil,
            date: MailDate(secondsSince1970: context.now()))
        var spool = context.store.spool()
        let field = ByteBuffer(string: received.field)
        spool.append(field)
        transaction?.traceOctets = field.readableBytes
        transaction?.email = email
        transaction?.spool = spool
    }

    private func transmissionType(_ envelope: Envelope) -> TransmissionType {
        let type = machine.transmissionType
        guard envelope.parameters.smtpUTF8 == .needed else { return type }
        return TransmissionType(type.dialect, type.features.union(.utf8))
    }

    /// Moves what has come to the spool's file. A failure is told at the message's end.
    nonisolated(nonsending)
        func flushSpool() async
    {
        guard var spool = transaction?.spool else { return }
        do {
            try await spool.flush()
            transaction?.spool = spool
        } catch {
            transaction?.spool = context.store.spool()
            transaction?.spoolFailure = error as? StorageError ?? StorageError(.inputOutput, "\(error)")
        }
    }

    /// Delivers the message that has come in whole; the reply says whether it is ours now.
    nonisolated(nonsending)
        func deliver(_ data: ReceivedData) async -> DeliveryAnswer
    {
        guard var finished = transaction, let email = finished.email, var spool = finished.spool else {
            return .message(.localError)
        }
        defer { transaction = nil }
        let queueID = QueueID(rawValue: email.rawValue)
        do {
            if let failure = finished.spoolFailure { throw failure }
            let body = try await prepare(try await spool.finish(), &finished, queueID)
            let outcome = try await context.delivery.deliver(
                email, body, finished.envelope, finished.plan, at: context.now(),
                overrun: context.configuration.role == .lmtp ? .refuse : .allowOnce, arrival: arrival,
                counting: counting(finished.envelope))
            if let count = outcome.sendingCount, let login { context.directory.noteSent(count, login.id) }
            guard outcome.copies + outcome.queued > 0 else {
                logRefusal(queueID, finished, "mailboxes full", .info)
                return answer(finished, outcome, queueID)
            }
            context.metrics.accepted(octets: body.count, copies: outcome.copies, queued: outcome.queued)
            log(queueID, finished, outcome, octets: body.count)
            return answer(finished, outcome, queueID)
        } catch {
            let reply = reply(to: error, finished)
            let isOurs = reply == .localError || reply == .insufficientStorage
            logRefusal(queueID, finished, "\(error)", Task.isCancelled ? .debug : isOurs ? .error : .info)
            return .message(reply)
        }
    }

    /// What the trace tells of where a message came from.
    private var arrival: Arrival {
        let via: Arrival.Via =
            switch context.configuration.role {
            case .mta: .smtp
            case .lmtp: .lmtp
            case .submission: .submission
            }
        return Arrival(
            via, peer: info.peerText, helo: machine.helloName?.text, tls: tls?.description,
            login: login.map { "\($0.address)" })
    }

    /// Counts a submitted message.
    private func counting(_ envelope: Envelope) -> Delivery.SendingCounting? {
        guard let login, let policy = context.submission else { return nil }
        let now = context.now()
        let recipients = envelope.recipients.compactMap(\.path.address)
        return { transaction in
            try Directory.countMessage(login.id, to: recipients, policy.sendingLimits, at: now, in: transaction)
        }
    }

    private func logRefusal(
        _ queueID: QueueID, _ finished: SMTPTransaction, _ reason: String, _ level: Logger.Level
    ) {
        context.metrics.refusedMessage()
        context.logger.log(
            level: level, "message refused",
            metadata: [
                "session": "\(info.id)", "message": "\(queueID)", "peer": "\(info.peerText)",
                "from": "\(finished.envelope.reversePath)", "reason": "\(reason)",
            ])
    }

    private func answer(
        _ finished: SMTPTransaction, _ outcome: Delivery.Outcome, _ queueID: QueueID
    ) -> DeliveryAnswer {
        guard context.configuration.role == .lmtp else { return .message(.queued(as: queueID)) }
        let refused = finished.plan.refusedRecipients(Set(outcome.full.keys))
        return .eachRecipient(
            zip(finished.envelope.recipients, refused).map { recipient, accounts in
                guard let accounts else { return .delivered(to: recipient.path, as: queueID) }
                let isTooLarge = accounts.allSatisfy { outcome.full[$0] == .tooLarge }
                return isTooLarge ? .exceedsQuota(recipient.path) : .overQuota(recipient.path)
            })
    }

    private func reply(to error: any Error, _ finished: SMTPTransaction) -> SMTPReply {
        let path = finished.envelope.recipients.first?.path ?? .postmaster
        switch error {
        case let unacceptable as Unacceptable: return unacceptable.reply
        case DeliveryError.sendingExcess(let excess): return .sendingExcess(excess)
        case DeliveryError.loop: return .loopDetected
        case DeliveryError.mailboxesFull: return .overQuota(path)
        case DeliveryError.exceedsQuotas: return .exceedsQuota(path)
        case DeliveryError.diskFull: return .insufficientStorage
        case let storage as StorageError where storage.code == .diskFull: return .insufficientStorage
        default: return .localError
        }
    }

    private func log(
        _ queueID: QueueID, _ finished: SMTPTransaction, _ outcome: Delivery.Outcome, octets: Int64
    ) {
        var metadata: Logger.Metadata = [
            "session": "\(info.id)", "message": "\(queueID)", "peer": "\(info.peerText)",
            "helo": "\(machine.helloName?.text ?? "")", "tls": "\(tls?.description ?? "none")",
            "from": "\(finished.envelope.reversePath)", "recipients": "\(finished.envelope.recipients.count)",
            "copies": "\(outcome.copies)", "queued": "\(outcome.queued)", "octets": "\(octets)",
        ]
        if let login { metadata["account"] = "\(login.address)" }
        if let holdUntil = finished.envelope.parameters.holdUntil { metadata["held_until"] = "\(holdUntil)" }
        context.logger.info("message accepted", metadata: metadata)
    }
}
