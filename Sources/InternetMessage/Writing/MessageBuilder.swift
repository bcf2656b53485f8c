package import MailCore

/// A message to be written (RFC 5322 §3.6, MIME): its fields as values, its body as parts.
///
/// Nothing given here can change the structure of what is written: ends of lines in a text become spaces, other
/// controls are encoded or dropped, and what has no form that could carry it is refused.
package struct MessageBuilder: Sendable {
    package struct NamedAddress: Sendable, Hashable {
        package var name: String?
        package var address: EmailAddress

        package init(name: String? = nil, address: EmailAddress) {
            self.name = name
            self.address = address
        }
    }

    package enum Address: Sendable, Hashable {
        case person(NamedAddress)
        /// `undisclosed-recipients:;` is a group without members.
        case group(name: String, members: [NamedAddress])
    }

    /// A field that the builder has no property for.
    package struct ExtraField: Sendable, Hashable {
        package enum Value: Sendable, Hashable {
            /// Unstructured (RFC 5322 §2.2.1), or tokens that are ASCII.
            case text(String)
            /// An address list, as Disposition-Notification-To has it (RFC 8098 §2.1).
            case addresses([Address])
        }

        package var name: String
        package var value: Value

        package init(name: String, text: String) {
            self.name = name
            self.value = .text(text)
        }

        package init(name: String, addresses: [Address]) {
            self.name = name
            self.value = .addresses(addresses)
        }
    }

    package var date: MailDate
    package var messageID: InternetMessageID
    package var from: [NamedAddress]
    package var sender: NamedAddress?
    package var replyTo: [Address] = []
    package var to: [Address] = []
    package var cc: [Address] = []
    /// Written when given: for drafts and the copy in Sent (RFC 5322 §3.6.3 has it removed before sending).
    package var bcc: [Address] = []
    /// Identifiers of other messages come from their senders: those that cannot be written are left out.
    package var inReplyTo: [InternetMessageID] = []
    package var references: [InternetMessageID] = []
    package var subject: String?
    package var extraFields: [ExtraField] = []
    package var body: MessagePart

    package init(date: MailDate, messageID: InternetMessageID, from: [NamedAddress], body: MessagePart) {
        self.date = date
        self.messageID = messageID
        self.from = from
        self.body = body
    }

    /// An identifier that no other message has: the time and 80 bits of the randomness given (RFC 5322 §3.6.4).
    package static func makeMessageID(
        date: MailDate, domain: Domain, using generator: inout some RandomNumberGenerator
    ) -> InternetMessageID {
        let time = String(UInt64(bitPattern: date.secondsSince1970), radix: 36)
        let high = String(UInt64.random(in: 0...UInt64.max, using: &generator), radix: 36)
        let low = String(UInt16.random(in: 0...UInt16.max, using: &generator), radix: 36)
        return InternetMessageID("\(time).\(high)\(low)@\(domain.ascii)")
    }

    /// Writes the message in chunks; a source is never held as a whole.
    ///
    /// Throws `MessageWriteError` before the sink got anything, and whatever a source or the sink throws.
    package func write(
        options: MessageWriteOptions = MessageWriteOptions(), using generator: inout some RandomNumberGenerator,
        to sink: (Span<UInt8>) throws -> Void
    ) throws {
        let plan = try MessagePlan(body, options: options, using: &generator)
        var header = HeaderWriter(form: options.headers)
        try writeFields(into: &header)
        var output = MessageOutput(header.output + plan.fields)
        output.append("\r\n")
        try plan.writeBody(into: &output, to: sink)
        try output.flush(to: sink)
    }

    /// The whole message.
    package func bytes(
        options: MessageWriteOptions = MessageWriteOptions(), using generator: inout some RandomNumberGenerator
    ) throws -> [UInt8] {
        var bytes: [UInt8] = []
        try write(options: options, using: &generator) { chunk in
            chunk.withUnsafeBufferPointer { bytes.append(contentsOf: $0) }
        }
        return bytes
    }

    private func writeFields(into header: inout HeaderWriter) throws {
        guard !from.isEmpty else { throw MessageWriteError.authorMissing }
        guard from.count == 1 || sender != nil else { throw MessageWriteError.senderMissing }
        header.writeToken("Date", date.writable.description)
        try header.writeAddresses("From", from.map { .person($0) })
        if let sender { try header.writeAddresses("Sender", [.person(sender)]) }
        try header.writeAddresses("Reply-To", replyTo)
        try header.writeAddresses("To", to)
        try header.writeAddresses("Cc", cc)
        try header.writeAddresses("Bcc", bcc)
        try header.writeIdentifier("Message-ID", messageID.text)
        header.writeIdentifiers("In-Reply-To", inReplyTo.map(\.text))
        header.writeIdentifiers("References", references.map(\.text))
        if let subject { try header.writeUnstructured("Subject", subject) }
        for field in extraFields {
            guard !Self.ownFields.contains(field.name.lowercased()) else {
                throw MessageWriteError.fieldName(field.name)
            }
            switch field.value {
            case .text(let text): try header.writeUnstructured(field.name, text)
            case .addresses(let list): try header.writeAddresses(field.name, list)
            }
        }
        header.writeToken("MIME-Version", "1.0")
    }

    /// Fields that may stand once only, or that say what the body is.
    private static let ownFields: Set<String> = [
        "date", "from", "sender", "reply-to", "to", "cc", "bcc", "message-id", "in-reply-to", "references", "subject",
        "mime-version", "content-type", "content-transfer-encoding", "content-disposition", "content-id",
        "content-description", "content-language",
    ]
}
