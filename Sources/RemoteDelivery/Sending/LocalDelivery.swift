internal import Delivery
internal import Directory
internal import MailCore
internal import MailQueue
internal import NIOCore
internal import Storage

/// Does what in the queue is to be done here: reports on what was delivered here, and messages for people of ours that
/// their sender held until a time (RFC 4865). Whom a recipient means is looked up when that time has come.
struct LocalDelivery: OutboundLink {
    let store: Store
    let directory: Directory
    let delivery: Delivery
    let now: @Sendable () -> Int64

    var isUsable: Bool { true }

    func close() async {}

    /// Whether a domain is ours.
    func isOurs(_ domain: Domain) async -> Bool {
        guard let localPart = LocalPart("postmaster") else { return false }
        let resolution = try? await directory.resolve(
            .address(EmailAddress(localPart: localPart, domain: domain)))
        return resolution != nil && resolution != .notOurDomain
    }

    func send(_ item: QueueItem) async -> ItemOutcome {
        var outcome = ItemOutcome(host: nil, tls: nil)
        var plan = DeliveryPlan()
        var reached: [QueueItem.Recipient] = []
        for recipient in item.recipients {
            guard recipient.task == .deliver else {
                outcome.results[recipient.number] = .delivered(recipient.task.reply, .endHere)
                continue
            }
            switch await resolve(recipient.recipient.path) {
            case .success(let expansion):
                plan.add(recipient.recipient, expansion, reversePath: item.reversePath)
                reached.append(recipient)
            case .failure(let reply):
                outcome.results[recipient.number] = reply.permanence == .permanent ? .failed(reply) : .deferred(reply)
            }
        }
        guard !plan.isEmpty else { return outcome }
        let result = await deliver(item, plan, reached)
        for recipient in reached { outcome.results[recipient.number] = result }
        return outcome
    }

    private func resolve(_ path: ForwardPath) async -> Result<Expansion, RemoteReply> {
        do {
            let resolution = try await directory.resolve(path)
            if case .deliver(let expansion) = resolution { return .success(expansion) }
            let status = resolution.refusal ?? EnhancedStatusCode(.permanentFailure, 1, 1)
            return .failure(
                .local(.permanent, status.subject, status.detail, "\(path): nobody here can be reached by this address")
            )
        } catch {
            return .failure(.local(.temporary, 3, 0, "\(path): the directory cannot be read now"))
        }
    }

    /// The copies are filed and the recipients settled in one transaction.
    private func deliver(
        _ item: QueueItem, _ plan: DeliveryPlan, _ reached: [QueueItem.Recipient]
    ) async -> RecipientResult {
        do {
            let email = store.reserveEmailID()
            let octets = try await store.octets(item.content, 0..<item.content.count)
            var envelope = Envelope(reversePath: item.reversePath, parameters: item.parameters)
            envelope.parameters.holdUntil = nil
            envelope.recipients = reached.map(\.recipient)
            let settlement = Settlement(
                email: EmailID(rawValue: item.queueID.rawValue), recipients: reached.map(\.number), at: now())
            _ = try await delivery.deliver(
                email, MessageBody(octets), envelope, plan, at: now(), overrun: .allowOnce,
                arrival: Arrival(item.origin == .submitted ? .submission : .smtp, about: "\(item.queueID)"),
                consequences: Consequences(settles: [settlement]))
            let reply = RemoteReply(
                permanence: .temporary, status: EnhancedStatusCode(.success, 1, 5),
                lines: ["filed here as \(QueueID(rawValue: email.rawValue))"], speaker: .local)
            // The delivery itself reports on it.
            return .delivered(reply, .passedOn)
        } catch {
            let isPermanent = [.mailboxesFull, .exceedsQuotas].contains(error as? DeliveryError)
            return isPermanent
                ? .failed(.local(.permanent, 2, 2, "the mailbox is full"))
                : .deferred(.local(.temporary, 3, 0, "the message cannot be filed now"))
        }
    }
}

extension QueuedMessage.Task {
    /// What a report says of success here.
    fileprivate var reply: RemoteReply {
        let text =
            self == .reportExpanded ? "sent on to those whom this address stands for" : "in the recipient's mailbox"
        return RemoteReply(
            permanence: .temporary, status: EnhancedStatusCode(.success, 1, 5), lines: [text], speaker: .local)
    }
}
