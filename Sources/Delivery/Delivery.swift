package import Directory
internal import InternetMessage
package import MailCore
package import MailQueue
internal import MailStore
internal import MailTrace
package import Storage

/// The one way in: every message, whatever brought it, is filed and queued here, in one transaction.
package struct Delivery: Sendable {
    let store: Store
    let limits: DeliveryLimits
    private let signal: QueueSignal

    /// Delivery into an open store.
    ///
    /// - Parameter signal: raised when something was put into the queue.
    package init(store: Store, limits: DeliveryLimits = DeliveryLimits(), signal: QueueSignal = QueueSignal()) {
        self.store = store
        self.limits = limits
        self.signal = signal
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
        overrun: QuotaOverrun = .refuse, arrival: Arrival = Arrival(.smtp), consequences: Consequences = Consequences(),
        counting: SendingCounting? = nil
    ) async throws(DeliveryError) -> Outcome {
        do {
            let facts = try await read(body)
            let mail = Mail(
                email: email, body: body, facts: facts, envelope: envelope, seconds: seconds, arrival: arrival,
                consequences: consequences, counting: counting)
            let outcome = try await commit(mail, plan, overrun)
            if outcome.queued > 0 || plan.hasReports { signal.raise() }
            return outcome
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

    /// A message that is about to be filed.
    private struct Mail: Sendable {
        let email: EmailID
        let body: MessageBody
        let facts: MessageFacts
        let envelope: Envelope
        let seconds: Int64
        let arrival: Arrival
        let consequences: Consequences
        let counting: SendingCounting?
    }

    private func commit(_ mail: Mail, _ plan: DeliveryPlan, _ overrun: QuotaOverrun) async throws -> Outcome {
        try await store.deliver(mail.email, mail.body) { transaction in
            var plan = plan
            var outcome = Outcome()
            outcome.sendingCount = try mail.counting?(transaction)
            let full = try Self.fullMailboxes(plan.copies, octets: mail.body.count, in: transaction)
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
            let filed = try Self.file(mail, plan, in: transaction)
            let queued = try Self.enqueue(mail, plan, in: transaction)
            let trace = mail.arrival.event(mail.envelope, plan, filed, mail.facts, mail.body.count, at: mail.seconds)
            try MailTrace.recordArrival(trace, of: mail.email, in: transaction)
            for settlement in mail.consequences.settles { try MailQueue.settle(settlement, in: transaction) }
            try mail.consequences.also(transaction)
            outcome.copies = filed.count
            outcome.queued = plan.remote.count
            let record = DeliveryRecord(
                email: mail.email, copies: filed, queued: queued, trace: trace, settles: mail.consequences.settles)
            return (record, outcome)
        }
    }

    private static func file(
        _ mail: Mail, _ plan: DeliveryPlan, in transaction: SQLTransaction
    ) throws -> [FiledCopy] {
        let copies = plan.copies.map { copy in
            NewCopy(
                account: copy.account, mailbox: .inbox, internalDate: mail.seconds, saveDate: mail.seconds,
                prefix: TraceFields.prefix(of: copy, reversePath: mail.envelope.reversePath))
        }
        return try MailStore.file(copies, of: mail.email, mail.facts, octets: mail.body.count, in: transaction)
    }

    private static func enqueue(
        _ mail: Mail, _ plan: DeliveryPlan, in transaction: SQLTransaction
    ) throws -> QueuedMessage? {
        let entries = plan.queueEntries
        guard !entries.isEmpty else { return nil }
        let message = QueuedMessage(
            origin: mail.arrival.origin, parameters: mail.envelope.parameters, acceptedAt: mail.seconds,
            recipients: entries)
        try MailQueue.enqueue(message, mail.email, in: transaction)
        return message
    }
}
