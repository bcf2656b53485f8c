package import Directory
internal import InternetMessage
package import MailCore
internal import MailQueue
internal import MailStore
package import Storage

/// The one way in: every message, whatever brought it, is filed and queued here, in one transaction.
package struct Delivery: Sendable {
    let store: Store
    let limits: DeliveryLimits

    /// Delivery into an open store.
    package init(store: Store, limits: DeliveryLimits = DeliveryLimits()) {
        self.store = store
        self.limits = limits
    }

    /// What came of a delivery.
    package struct Outcome: Sendable, Equatable {
        /// Accounts that got no copy, and why their mailbox cannot take one.
        package var full: [AccountID: QuotaRefusal] = [:]
        /// Copies that were filed.
        package var copies = 0
        /// Recipients elsewhere that were queued.
        package var queued = 0
        /// What the sender has sent today, with this message, when that was counted.
        package var sendingCount: SendingCount?
    }

    /// Counts a message of one of our senders.
    package typealias SendingCounting = @Sendable (SQLTransaction) throws -> SendingCount

    /// Delivers a message by its plan. When it returns the message is on disk: in every mailbox and in the queue.
    ///
    /// Copies for full mailboxes are left out when `overrun` says so, and told in the outcome; when nothing else is left,
    /// nothing is kept.
    ///
    /// - Parameter counting: counts the message in the same transaction, before anything is filed: what it throws refuses
    ///   the message. A replay of the log files the message without it.
    /// - Throws: `DeliveryError`; nothing was kept then.
    package func deliver(
        _ email: EmailID, _ body: MessageBody, _ envelope: Envelope, _ plan: DeliveryPlan, at seconds: Int64,
        overrun: QuotaOverrun = .refuse, counting: SendingCounting? = nil
    ) async throws(DeliveryError) -> Outcome {
        do {
            let facts = try await read(body)
            return try await commit(email, body, facts, envelope, plan, at: seconds, overrun, counting)
        } catch let error as DeliveryError {
            throw error
        } catch let excess as SendingExcess {
            throw .sendingExcess(excess)
        } catch let error as StorageError {
            throw error.code == .diskFull ? .diskFull : .storage(error.message)
        } catch {
            throw .storage("\(error)")
        }
    }

    /// What a full mailbox does to the rest of a message.
    package enum QuotaOverrun: Sendable {
        /// Its copy is left out and reported, unless its recipient reaches others, too: LMTP tells each recipient's fate
        /// (RFC 2033 §4.2).
        case refuse
        /// The message is filed although it overruns the quota, unless all its mailboxes are full: SMTP has one reply for
        /// all recipients, which were let in while there was room.
        case allowOnce
    }

    private func read(_ body: MessageBody) async throws -> MessageFacts {
        let hopsMax = limits.hopsMax
        let parse: @Sendable () throws -> MessageFacts = {
            try body.withUnsafeBytes { octets in
                let message = ParsedMessage(parsing: octets)
                let hops = message.receivedCount(in: octets)
                guard hops <= hopsMax else { throw DeliveryError.loop(hops: hops) }
                return MessageFacts(message, in: octets)
            }
        }
        return body.count <= limits.parsedInPlaceMax ? try parse() : try await store.work(parse)
    }

    private func commit(
        _ email: EmailID, _ body: MessageBody, _ facts: MessageFacts, _ envelope: Envelope, _ plan: DeliveryPlan,
        at seconds: Int64, _ overrun: QuotaOverrun, _ counting: SendingCounting?
    ) async throws -> Outcome {
        try await store.deliver(email, body) { transaction in
            var plan = plan
            var outcome = Outcome()
            outcome.sendingCount = try counting?(transaction)
            let full = try Self.fullMailboxes(plan.copies, octets: body.count, in: transaction)
            switch overrun {
            case .refuse:
                let left = plan.leaveOut(Set(full.keys))
                outcome.full = full.filter { left.contains($0.key) }
            case .allowOnce:
                if !full.isEmpty, full.count == plan.copies.count, plan.remote.isEmpty {
                    throw full.values.allSatisfy { $0 == .tooLarge }
                        ? DeliveryError.exceedsQuotas : DeliveryError.mailboxesFull
                }
            }
            guard !plan.isEmpty else { return (nil, outcome) }
            let copies = plan.copies.map { copy in
                NewCopy(
                    account: copy.account, mailbox: .inbox, internalDate: seconds, saveDate: seconds,
                    prefix: TraceFields.prefix(of: copy, reversePath: envelope.reversePath))
            }
            let filed = try MailStore.file(copies, of: email, facts, octets: body.count, in: transaction)
            var queued: QueuedMessage?
            if !plan.remote.isEmpty {
                let message = QueuedMessage(
                    parameters: envelope.parameters, acceptedAt: seconds, recipients: plan.remote)
                try MailQueue.enqueue(message, email, in: transaction)
                queued = message
            }
            outcome.copies = filed.count
            outcome.queued = plan.remote.count
            return (DeliveryRecord(email: email, copies: filed, queued: queued), outcome)
        }
    }
}
