import AgentTestSupport
import Delivery
import MailCore
import NIOCore
import Storage
import Testing

@testable import MailQueue

func recipient(
    _ text: String, reversePath: ReversePath = .null, notify: EnvelopeRecipient.Notify? = nil,
    original: EnvelopeRecipient.OriginalRecipient? = nil
) throws -> QueuedMessage.Recipient {
    QueuedMessage.Recipient(
        recipient: EnvelopeRecipient(path: .address(try address(text)), notify: notify, originalRecipient: original),
        reversePath: reversePath)
}

func queued(
    _ recipients: [QueuedMessage.Recipient], at seconds: Int64 = 7, _ parameters: EnvelopeParameters = .init()
) -> QueuedMessage {
    QueuedMessage(parameters: parameters, acceptedAt: seconds, recipients: recipients)
}

/// Stores a message whose only reference is the queue's.
@discardableResult
func enqueue(_ message: QueuedMessage, _ text: String = "x", in test: TestStore) async throws -> EmailID {
    let email = test.store.reserveEmailID()
    return try await test.store.deliver(email, MessageBody(ByteBuffer(string: text))) { transaction in
        try MailQueue.enqueue(message, email, in: transaction)
        return (DeliveryRecord(email: email, copies: [], queued: message), email)
    }
}

/// The same, for addresses from nobody.
@discardableResult
func enqueue(_ addresses: String..., at seconds: Int64 = 7, in test: TestStore) async throws -> QueueID {
    let email = try await enqueue(queued(try addresses.map { try recipient($0) }, at: seconds), in: test)
    return QueueID(rawValue: email.rawValue)
}

extension TestStore {
    /// `far.test 7 0`: name, when there is something to do, failures; as many as there are.
    func destinations() async throws -> [String] {
        try await queue.destinations(limit: 100).map { "\($0.name) \($0.dueAt) \($0.failures)" }
    }

    /// The local parts that are due at a destination, by message.
    func due(_ destination: String, at seconds: Int64 = 1_000_000, limit: Int = 100) async throws -> [[String]] {
        try await queue.due(destination, at: seconds, limit: limit).map { item in
            item.recipients.map { $0.recipient.path.address?.localPart.text ?? "" }
        }
    }

    /// Puts recipients off.
    func `defer`(_ queueID: QueueID, _ recipients: [Int64], until seconds: Int64, _ reply: String = "later")
        async throws
    {
        try await store.change { transaction in
            let deferral = MailQueue.Deferral(recipients: recipients, nextAttempt: seconds, reply: reply)
            try MailQueue.defer(deferral, of: queueID, in: transaction)
        }
    }

    /// Settles recipients outside of a delivery.
    func settle(_ queueID: QueueID, _ recipients: [Int64], at seconds: Int64 = TestStore.now) async throws {
        let settlement = Settlement(email: EmailID(rawValue: queueID.rawValue), recipients: recipients, at: seconds)
        try await store.change { try MailQueue.settleAndNote(settlement, in: $0) }
    }

    @discardableResult
    func hold(_ queueID: QueueID) async throws -> Int {
        try await store.change { try MailQueue.hold(queueID, in: $0) }
    }

    @discardableResult
    func retry(_ queueID: QueueID, at seconds: Int64) async throws -> Int {
        try await store.change { try MailQueue.retry(queueID, at: seconds, telling: QueueSignal(), in: $0) }
    }
}
