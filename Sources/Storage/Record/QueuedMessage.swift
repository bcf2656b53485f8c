public import MailCore

/// A message for recipients elsewhere, as it enters the queue: the part of a delivery that has not ended here.
public struct QueuedMessage: Sendable, Hashable {
    /// Who put it on its way.
    public enum Origin: UInt8, Sendable {
        /// Another server; an alias or a list leads it on.
        case received = 0
        /// One of our accounts: it carries our domain's signature.
        case submitted = 1
        /// This server: a report.
        case generated = 2
    }

    /// What is to be done for a recipient.
    public enum Task: UInt8, Sendable {
        /// The message is to be delivered.
        case deliver = 0
        /// It is in the recipient's mailbox here, and the sender wants to be told (RFC 3461 §5.2.3).
        case reportDelivered = 1
        /// It went on to the several whom the recipient stands for, and the sender wants to be told (§5.2.7).
        case reportExpanded = 2
    }

    /// A recipient to be tried, and where its reports go.
    public struct Recipient: Sendable, Hashable {
        /// What is to be done.
        public var task: Task
        /// Its number in the message's queue entry, from 0.
        public var number: Int64
        /// Whom to try.
        public var recipient: EnvelopeRecipient
        /// Where this recipient's reports go: a list has a return path of its own.
        public var reversePath: ReversePath

        /// A recipient.
        public init(
            number: Int64 = 0, recipient: EnvelopeRecipient, reversePath: ReversePath, task: Task = .deliver
        ) {
            self.task = task
            self.number = number
            self.recipient = recipient
            self.reversePath = reversePath
        }
    }

    /// Who put it on its way.
    public var origin: Origin
    /// What MAIL carried.
    public var parameters: EnvelopeParameters
    /// When it was accepted, in seconds since 1970, UTC.
    public var acceptedAt: Int64
    /// Whom it is for.
    public var recipients: [Recipient]

    /// A message with its recipients, which are numbered anew.
    public init(
        origin: Origin = .received, parameters: EnvelopeParameters, acceptedAt: Int64, recipients: [Recipient]
    ) {
        self.origin = origin
        self.parameters = parameters
        self.acceptedAt = acceptedAt
        self.recipients = recipients
        for index in recipients.indices { self.recipients[index].number = Int64(index) }
    }

    /// How a record holds it.
    enum Layout: UInt8 {
        /// There is none.
        case none = 0
        /// Without origin; recipients are numbered by their order.
        case ordered = 1
        /// As it is written.
        case numbered = 2
    }

    func write(to writer: inout OctetWriter) {
        writer.write(octet: origin.rawValue)
        writer.write(octet: parameters.body.rawValue)
        writer.write(octet: parameters.smtpUTF8.rawValue)
        writer.write(octet: parameters.requireTLS.rawValue)
        writer.write(octet: parameters.dsnReturn?.rawValue ?? 0)
        writer.write(optional: parameters.envelopeID)
        writer.write(parameters.holdUntil ?? 0)
        writer.write(parameters.deliverBy?.deadline ?? 0)
        writer.write(octet: parameters.deliverBy?.mode.rawValue ?? 0)
        writer.write(octet: parameters.deliverBy?.trace.rawValue ?? 0)
        writer.write(acceptedAt)
        writer.write(count: recipients.count)
        for recipient in recipients {
            writer.write(recipient.number)
            writer.write(octet: recipient.task.rawValue)
            writer.write(recipient.reversePath.address?.written ?? "")
            writer.write(recipient.recipient.path.address?.written ?? "")
            writer.write(octet: recipient.recipient.notify.map { $0.rawValue | 0x80 } ?? 0)
            writer.write(optional: recipient.recipient.originalRecipient?.addressType)
            writer.write(optional: recipient.recipient.originalRecipient?.address)
        }
    }

    init(from reader: inout OctetReader, _ layout: Layout?) throws(StorageError) {
        guard let layout else { throw StorageError(.corrupt, "a queue entry in the log is of an unknown layout") }
        origin = layout == .ordered ? .received : Origin(rawValue: try reader.readOctet()) ?? .received
        parameters = EnvelopeParameters(
            body: EnvelopeParameters.BodyType(rawValue: try reader.readOctet()) ?? .eightBitMIME,
            smtpUTF8: EnvelopeParameters.SMTPUTF8Need(rawValue: try reader.readOctet()) ?? .notNeeded,
            requireTLS: EnvelopeParameters.RequireTLS(rawValue: try reader.readOctet()) ?? .opportunistic,
            dsnReturn: EnvelopeParameters.Return(rawValue: try reader.readOctet()),
            envelopeID: try reader.readOptionalString())
        if layout == .numbered {
            parameters.holdUntil = Self.positive(try reader.readInteger())
            parameters.deliverBy = try Self.deliverBy(&reader)
        }
        acceptedAt = try reader.readInteger()
        recipients = []
        for index in 0..<(try reader.readCount()) {
            let number = layout == .ordered ? Int64(index) : try reader.readInteger()
            let task = layout == .ordered ? .deliver : Task(rawValue: try reader.readOctet()) ?? .deliver
            let reverse = EmailAddress(try reader.readString())
            let forward = EmailAddress(try reader.readString())
            let notify = try reader.readOctet()
            let type = try reader.readOptionalString()
            let original = try reader.readOptionalString()
            let recipient = EnvelopeRecipient(
                path: forward.map(ForwardPath.address) ?? .postmaster,
                notify: notify & 0x80 == 0 ? nil : EnvelopeRecipient.Notify(rawValue: notify & 0x7f),
                originalRecipient: type.flatMap { type in
                    original.map { EnvelopeRecipient.OriginalRecipient(addressType: type, address: $0) }
                })
            recipients.append(
                Recipient(
                    number: number, recipient: recipient, reversePath: reverse.map(ReversePath.address) ?? .null,
                    task: task))
        }
    }

    private static func deliverBy(
        _ reader: inout OctetReader
    ) throws(StorageError) -> EnvelopeParameters.DeliverBy? {
        let deadline = positive(try reader.readInteger())
        let mode = EnvelopeParameters.DeliverBy.Mode(rawValue: try reader.readOctet())
        let trace = EnvelopeParameters.DeliverBy.Trace(rawValue: try reader.readOctet())
        return deadline.map {
            EnvelopeParameters.DeliverBy(deadline: $0, mode: mode ?? .returnMessage, trace: trace ?? .none)
        }
    }

    private static func positive(_ number: Int64) -> Int64? { number > 0 ? number : nil }
}
