internal import Delivery
internal import Directory
internal import InternetMessage
internal import JMAP
internal import JSON
internal import Logging
internal import MailCore
internal import MailStore
internal import NIOCore
internal import Storage

/// Hands a message of a user in, as SMTP's submission does: the same checks, mending, limits and queue.
struct MessageSubmitter: Sendable {
    let services: JMAPServices
    let login: AuthenticatedAccount

    /// How much of a message is copied at a time.
    private static let pieceOctets: Int64 = 256 << 10

    /// Whom an envelope leads to.
    struct Plan: Sendable {
        var envelope: Envelope
        var delivery: DeliveryPlan
    }

    /// A message of the account's; nil where it has none of this id.
    func message(_ email: EmailID) async throws -> (content: StoredOctets, thread: ThreadID)? {
        let account = login.id
        return try await services.store.read { transaction in
            guard let copy = try MailStore.copies(of: email, in: transaction).first(where: { $0.account == account }),
                let content = try transaction.content(of: email)
            else { return nil }
            return (content, copy.thread)
        }
    }

    /// The people that the message's header names.
    func people(of content: StoredOctets) async throws -> MessagePeople {
        let octets = try await services.store.octets(content, 0..<min(content.count, Int64(MessageLimits.octetsMax)))
        return try await services.store.work { octets.withUnsafeReadableBytes { MessagePeople(of: $0) } }
    }

    /// Looks up each recipient, and whether the account may send.
    ///
    /// - Throws: `JMAPSetError`.
    func plan(_ envelope: SubmissionEnvelope) async throws -> Plan {
        let now = services.now()
        let limits = services.sending.limits
        guard try await services.directory.mayUse(envelope.mailFrom, login.id) else {
            throw JMAPSetError(.forbiddenMailFrom, "this account may not send as \(envelope.mailFrom.written)")
        }
        if let excess = try await services.directory.mayBeginMessage(login.id, limits, at: now) {
            throw JMAPSetError(.rateLimit, excess.text)
        }
        let reversePath = ReversePath.address(envelope.mailFrom)
        var plan = Plan(
            envelope: Envelope(
                reversePath: reversePath, parameters: envelope.parameters, recipients: envelope.recipients),
            delivery: DeliveryPlan())
        var wrong: [JSONValue] = []
        var why: String?
        for recipient in envelope.recipients {
            guard let address = recipient.path.address else { continue }
            if let excess = try await services.directory.mayAddress(address, login.id, limits, at: now) {
                throw JMAPSetError(.rateLimit, excess.text)
            }
            switch try await expansion(recipient.path, from: reversePath) {
            case .success(let expansion):
                if envelope.parameters.holdUntil == nil {
                    plan.delivery.add(recipient, expansion, reversePath: reversePath)
                } else {
                    plan.delivery.hold(recipient, reversePath: reversePath)
                }
            case .failure(let refusal):
                wrong.append(.string(address.written))
                why = why ?? "\(address.written): \(refusal.text)"
            }
        }
        guard wrong.isEmpty else {
            var error = SubmissionEnvelope.invalidRecipients(wrong)
            error.description = why
            throw error
        }
        return plan
    }

    /// Why a recipient cannot be written to.
    private struct Refusal: Error {
        var text: String
    }

    private func expansion(
        _ path: ForwardPath, from reversePath: ReversePath
    ) async throws -> Result<Expansion, Refusal> {
        switch try await services.directory.resolve(path) {
        case .deliver(let expansion):
            let forwarded = try await services.directory.forwarding(expansion, from: reversePath)
            guard forwarded.remoteCopies.isEmpty,
                try await services.delivery.quotaRefusal(forwarded.localCopies, octets: 0) != nil
            else { return .success(forwarded) }
            return .failure(Refusal(text: "the mailbox is full"))
        case .notOurDomain:
            guard let address = path.address, !address.domain.isSurelyNowhere else {
                return .failure(Refusal(text: "there can be no such domain"))
            }
            return .success(Expansion(submittedTo: address))
        case .unknownUser: return .failure(Refusal(text: "nobody has this address"))
        case .disabled: return .failure(Refusal(text: "the account takes no mail"))
        case .loop: return .failure(Refusal(text: "this address leads back to itself"))
        case .emptyList: return .failure(Refusal(text: "this list has no members"))
        case .tooLarge: return .failure(Refusal(text: "this address leads to too many others"))
        }
    }

    /// Delivers a message by its plan.
    ///
    /// - Parameter email: the number under which it goes out, reserved before.
    /// - Throws: `JMAPSetError`, or what the store throws.
    func send(_ content: StoredOctets, as email: EmailID, _ plan: Plan) async throws -> Delivery.Outcome {
        let now = services.now()
        let queueID = QueueID(rawValue: email.rawValue)
        var envelope = plan.envelope
        let received = TraceFields.Received(
            helloName: nil, peerAddress: nil, hostname: services.sending.hostname, protocolKeyword: "JMAP", tls: nil,
            queueID: queueID, recipient: envelope.recipients.count == 1 ? envelope.recipients[0].path : nil,
            date: MailDate(secondsSince1970: now))
        let (body, traceOctets) = try await spooled(content, behind: received.field)
        do {
            let prepared = try await services.submissionDesk.prepare(
                body, &envelope, traceOctets: traceOctets, of: login, as: queueID, at: now)
            let (limits, recipients) = (services.sending.limits, envelope.recipients.compactMap(\.path.address))
            let account = login.id
            let outcome = try await services.delivery.deliver(
                email, prepared, envelope, plan.delivery, at: now, overrun: .allowOnce,
                arrival: Arrival(.submission, login: login.address.written),
                counting: { try Directory.countMessage(account, to: recipients, limits, at: now, in: $0) })
            if let count = outcome.sendingCount { services.directory.noteSent(count, login.id) }
            guard outcome.copies + outcome.queued > 0 else {
                throw JMAPSetError(.invalidRecipients, "no mailbox could take it")
            }
            services.logger.info(
                "message accepted",
                metadata: [
                    "message": "\(queueID)", "account": "\(login.address)", "via": "jmap",
                    "from": "\(envelope.reversePath)", "recipients": "\(envelope.recipients.count)",
                    "copies": "\(outcome.copies)", "queued": "\(outcome.queued)",
                ])
            return outcome
        } catch {
            throw told(error)
        }
    }

    /// The message in a spool, behind the trace field that this server adds.
    private func spooled(
        _ content: StoredOctets, behind field: String
    ) async throws -> (body: MessageBody, traceOctets: Int) {
        var spool = services.store.spool()
        spool.append(ByteBuffer(string: field))
        var position: Int64 = 0
        while position < content.count {
            let end = min(content.count, position + Self.pieceOctets)
            spool.append(try await services.store.octets(content, position..<end))
            if spool.mustFlush { try await spool.flush() }
            position = end
        }
        return (try await spool.finish(), field.utf8.count)
    }

    /// What a client is told of a refusal.
    private func told(_ error: any Error) -> any Error {
        switch error {
        case SubmissionDesk.Refusal.unlawful(let why): JMAPSetError(.invalidEmail, why)
        case SubmissionDesk.Refusal.foreignAuthor(let author):
            JMAPSetError(.forbiddenFrom, author.map { "this account may not send as \($0.written)" })
        case DeliveryError.sendingExcess(let excess): JMAPSetError(.rateLimit, excess.text)
        case DeliveryError.loop: JMAPSetError(.invalidEmail, "the message has gone in a circle")
        case DeliveryError.mailboxesFull, DeliveryError.exceedsQuotas:
            JMAPSetError(.invalidRecipients, "the mailbox is full")
        case DeliveryError.diskFull: JMAPMethodError.serverUnavailable("The server has no room.")
        default: error
        }
    }
}
