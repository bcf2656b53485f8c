public import MailCore

/// A message for recipients elsewhere, as it enters the queue: the part of a delivery that has not ended here.
public struct QueuedMessage: Sendable, Hashable {
    /// A recipient to be tried, and where its reports go.
    public struct Recipient: Sendable, Hashable {
        /// Whom to try.
        public var recipient: EnvelopeRecipient
        /// Where this recipient's reports go: a list has a return path of its own.
        public var reversePath: ReversePath

        /// A recipient.
        public init(recipient: EnvelopeRecipient, reversePath: ReversePath) {
            self.recipient = recipient
            self.reversePath = reversePath
        }
    }

    /// What MAIL carried.
    public var parameters: EnvelopeParameters
    /// When it was accepted, in seconds since 1970, UTC.
    public var acceptedAt: Int64
    /// Whom it is for.
    public var recipients: [Recipient]

    /// A message with its recipients.
    public init(parameters: EnvelopeParameters, acceptedAt: Int64, recipients: [Recipient]) {
        self.parameters = parameters
        self.acceptedAt = acceptedAt
        self.recipients = recipients
    }

    func write(to writer: inout OctetWriter) {
        writer.write(octet: parameters.body.rawValue)
        writer.write(octet: parameters.smtpUTF8.rawValue)
        writer.write(octet: parameters.requireTLS.rawValue)
        writer.write(octet: parameters.dsnReturn?.rawValue ?? 0)
        writer.write(optional: parameters.envelopeID)
        writer.write(acceptedAt)
        writer.write(count: recipients.count)
        for recipient in recipients {
            writer.write(recipient.reversePath.address?.written ?? "")
            writer.write(recipient.recipient.path.address?.written ?? "")
            writer.write(octet: recipient.recipient.notify.map { $0.rawValue | 0x80 } ?? 0)
            writer.write(optional: recipient.recipient.originalRecipient?.addressType)
            writer.write(optional: recipient.recipient.originalRecipient?.address)
        }
    }

    init(from reader: inout OctetReader) throws(StorageError) {
        parameters = EnvelopeParameters(
            body: EnvelopeParameters.BodyType(rawValue: try reader.readOctet()) ?? .eightBitMIME,
            smtpUTF8: EnvelopeParameters.SMTPUTF8Need(rawValue: try reader.readOctet()) ?? .notNeeded,
            requireTLS: EnvelopeParameters.RequireTLS(rawValue: try reader.readOctet()) ?? .opportunistic,
            dsnReturn: EnvelopeParameters.Return(rawValue: try reader.readOctet()),
            envelopeID: try reader.readOptionalString())
        acceptedAt = try reader.readInteger()
        recipients = []
        for _ in 0..<(try reader.readCount()) {
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
            recipients.append(Recipient(recipient: recipient, reversePath: reverse.map(ReversePath.address) ?? .null))
        }
    }
}
