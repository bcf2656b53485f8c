package import Delivery
package import Directory
internal import InternetMessage
package import Logging
package import MailCore
internal import MailQueue
internal import MailTrace
internal import NIOCore
package import Storage

/// Writes reports to senders, and sends them the way of every message: by Delivery, with the null reverse-path
/// (RFC 3461 §6).
package struct Reporter: Sendable {
    let store: Store
    let directory: Directory
    let delivery: Delivery
    let hostname: Domain
    let logger: Logger

    /// Puts the parts together.
    package init(store: Store, directory: Directory, delivery: Delivery, hostname: Domain, logger: Logger) {
        self.store = store
        self.directory = directory
        self.delivery = delivery
        self.hostname = hostname
        self.logger = logger
    }

    /// What became of a report.
    enum Outcome {
        /// It is on disk, with all that belongs to it.
        case sent
        /// There is nobody who could get it; nothing was written.
        case undeliverable
    }

    /// Sends a report; what it settles and changes is in the same transaction.
    func send(
        _ reported: ReportedMessage, _ settles: [Settlement],
        _ changes: @escaping @Sendable (SQLTransaction) throws -> Void, at seconds: Int64
    ) async throws -> Outcome {
        guard let plan = try await plan(for: reported.sender) else {
            logger.notice(
                "report has no recipient",
                metadata: ["message": "\(reported.queueID)", "to": "\(reported.sender)"])
            return .undeliverable
        }
        let email = store.reserveEmailID()
        let octets = try await write(reported, email, at: seconds)
        let reportID = QueueID(rawValue: email.rawValue)
        var event = TraceEvent(.reported, at: seconds)
        event.add(.to, reported.sender.written)
        event.add(.report, "\(reportID)")
        for recipient in reported.recipients.prefix(20) {
            event.add(.outcome, recipient.action.rawValue)
            event.add(.note, recipient.recipient.recipient.path.address?.written)
        }
        let consequences = Consequences(settles: settles) { [event] transaction in
            try changes(transaction)
            try MailTrace.record(event, of: reported.queueID, in: transaction)
        }
        var envelope = Envelope(reversePath: .null)
        envelope.recipients = [EnvelopeRecipient(path: .address(reported.sender), notify: .never)]
        envelope.parameters.smtpUTF8 = reported.sender.isASCII ? .notNeeded : .needed
        let outcome = try await delivery.deliver(
            email, MessageBody(ByteBuffer(bytes: octets)), envelope, plan, at: seconds, overrun: .allowOnce,
            arrival: Arrival(.report, about: "\(reported.queueID)"), consequences: consequences)
        guard outcome.copies + outcome.queued > 0 else { return .undeliverable }
        logger.info(
            "report sent",
            metadata: ["message": "\(reportID)", "about": "\(reported.queueID)", "to": "\(reported.sender)"])
        return .sent
    }

    /// Where a report goes; nil when its address is one of ours and leads to nobody.
    private func plan(for sender: EmailAddress) async throws -> DeliveryPlan? {
        let recipient = EnvelopeRecipient(path: .address(sender), notify: .never)
        var plan = DeliveryPlan()
        switch try await directory.resolve(.address(sender)) {
        case .deliver(let expansion):
            plan.add(recipient, expansion, reversePath: .null)
        case .notOurDomain:
            var expansion = Expansion()
            expansion.remoteCopies = [RemoteCopy(address: sender, originalTo: sender, reason: .submission)]
            plan.add(recipient, expansion, reversePath: .null)
        default:
            return nil
        }
        return plan.isEmpty ? nil : plan
    }

    private func write(_ reported: ReportedMessage, _ email: EmailID, at seconds: Int64) async throws -> [UInt8] {
        let heading = DeliveryReport.Heading(
            from: MessageBuilder.NamedAddress(name: "Mail Delivery", address: try await postmaster(reported.sender)),
            to: reported.sender, date: MailDate(secondsSince1970: seconds),
            messageID: InternetMessageID("\(QueueID(rawValue: email.rawValue)).\(seconds)@\(hostname.ascii)"),
            language: await language(of: reported.sender))
        let report = report(reported, at: seconds)
        let options = DeliveryReport.options(for: reported.sender)
        let (store, content) = (store, reported.content)
        let original = DeliveryReport.Original(
            source: ByteSource(sizeBytes: Int(content.count)) { body in
                var offset: Int64 = 0
                while offset < content.count {
                    let piece = try store.octetsBlocking(content, offset..<min(content.count, offset + 65_536))
                    guard piece.readableBytes > 0 else { return }
                    offset += Int64(piece.readableBytes)
                    try body(Array(piece.readableBytesView).span)
                }
            }, sizeBytes: Int(content.count), dsnReturn: reported.parameters.dsnReturn)
        return try await store.work {
            var generator = SystemRandomNumberGenerator()
            do {
                return try report.message(heading, original: original, options: options).bytes(
                    options: options, using: &generator)
            } catch let error as StorageError {
                // The message's own octets cannot be read: its sender is told all the same.
                _ = error
                return try report.message(heading, original: nil, options: options).bytes(
                    options: options, using: &generator)
            }
        }
    }

    private func report(_ reported: ReportedMessage, at seconds: Int64) -> DeliveryReport {
        var report = DeliveryReport(
            reportingMTA: hostname,
            recipients: reported.recipients.compactMap { told in
                guard let address = told.recipient.recipient.path.address else { return nil }
                var recipient = DeliveryReport.Recipient(address, told.action, told.reply.status(for: told.action))
                recipient.original = told.recipient.recipient.originalRecipient
                recipient.remoteMTA = told.reply.speaker == .remote ? told.host?.name : nil
                recipient.diagnostic = told.reply.speaker == .remote ? .smtp(told.reply.lines) : .local(told.reply.text)
                recipient.lastAttempt = MailDate(secondsSince1970: seconds)
                recipient.willRetryUntil = told.retryUntil.map { MailDate(secondsSince1970: $0) }
                return recipient
            })
        report.envelopeID = reported.parameters.envelopeID
        report.arrival = MailDate(secondsSince1970: reported.acceptedAt)
        return report
    }

    /// The sender's own domain where it is ours: an answer to the report reaches our postmaster.
    private func postmaster(_ sender: EmailAddress) async throws -> EmailAddress {
        let domain = try await directory.resolve(.address(sender)) == .notOurDomain ? hostname : sender.domain
        guard let localPart = LocalPart("postmaster") else { preconditionFailure("a lawful local part") }
        return EmailAddress(localPart: localPart, domain: domain)
    }

    private func language(of sender: EmailAddress) async -> ReportLanguage {
        guard let account = try? await directory.account(sender) else { return .english }
        return ReportLanguage(rawValue: String(account.language.prefix(2)).lowercased()) ?? .english
    }
}

extension RemoteReply {
    /// The status that fits an action: what is given up has a permanent one, what is delayed a transient one.
    func status(for action: DeliveryReport.Action) -> EnhancedStatusCode {
        switch action {
        case .failed: EnhancedStatusCode(.permanentFailure, status.subject, status.detail)
        case .delayed: EnhancedStatusCode(.persistentTransientFailure, status.subject, status.detail)
        case .delivered, .relayed, .expanded: EnhancedStatusCode(.success, status.subject, status.detail)
        }
    }
}
