internal import InternetMessage
internal import JMAP
internal import JSON
internal import MailCore
internal import SMTP

/// The Envelope of a submission (RFC 8621 §7): what MAIL and RCPT would have carried.
struct SubmissionEnvelope: Sendable {
    var mailFrom: EmailAddress
    /// Each address once.
    var recipients: [EnvelopeRecipient]
    var parameters = EnvelopeParameters()
    /// As the client sees it.
    var json: JSONObject

    // MARK: From the client

    /// Reads what a client gives.
    ///
    /// - Throws: `JMAPSetError`.
    init(_ object: JSONObject, at seconds: Int64, _ sending: JMAPSending) throws {
        guard let from = object["mailFrom"]?.object, let written = from["email"]?.string,
            let address = EmailAddress(written), let list = object["rcptTo"]?.array
        else { throw JMAPSetError.invalid(["envelope"], "mailFrom with an email and rcptTo are needed") }
        mailFrom = address
        json = object
        recipients = []
        try read(mailParameters: Self.parameters(from), at: seconds, sending)
        guard list.count <= sending.recipientsMax else { throw Self.tooMany(sending) }
        var seen: Set<String> = []
        var wrong: [JSONValue] = []
        for entry in list {
            guard let recipient = entry.object, let text = recipient["email"]?.string else {
                throw JMAPSetError.invalid(["envelope"], "a recipient has an email")
            }
            guard let address = EmailAddress(text) else {
                wrong.append(.string(text))
                continue
            }
            guard seen.insert(address.lookupKey).inserted else { continue }
            recipients.append(
                try Self.recipient(EnvelopeRecipient(path: .address(address)), Self.parameters(recipient)))
        }
        guard wrong.isEmpty else { throw Self.invalidRecipients(wrong) }
        guard !recipients.isEmpty else { throw JMAPSetError(.noRecipients) }
    }

    static func tooMany(_ sending: JMAPSending) -> JMAPSetError {
        JMAPSetError(.tooManyRecipients, nil, ["maxRecipients": .integer(Int64(sending.recipientsMax))])
    }

    static func invalidRecipients(_ addresses: [JSONValue]) -> JMAPSetError {
        JMAPSetError(.invalidRecipients, nil, ["invalidRecipients": .array(addresses)])
    }

    private static func parameters(_ address: JSONObject) throws -> [(name: String, value: String?)] {
        guard let value = address["parameters"], value != .null else { return [] }
        guard let object = value.object, object.count <= 20 else { throw wrong("parameters") }
        return try object.members.map { name, value in
            guard value == .null || value.string != nil else { throw wrong(name) }
            return (name.uppercased(), value.string)
        }
    }

    private static func wrong(_ parameter: String) -> JMAPSetError {
        JMAPSetError.invalid(["envelope"], "the parameter \(parameter) is wrong or is none that is known here")
    }

    private mutating func read(
        mailParameters: [(name: String, value: String?)], at now: Int64, _ sending: JMAPSending
    ) throws {
        for (name, value) in mailParameters {
            switch (name, value) {
            case ("HOLDFOR", let text?):
                guard let seconds = Int64(text), (0...sending.holdSecondsMax).contains(seconds) else {
                    throw Self.wrong(name)
                }
                parameters.holdUntil = seconds > 0 ? now + seconds : nil
            case ("HOLDUNTIL", let text?):
                guard let time = UTCDateTime.parse(ArraySlice(text.utf8)), time <= now + sending.holdSecondsMax else {
                    throw Self.wrong(name)
                }
                // A time that has come already holds nothing.
                parameters.holdUntil = time > now ? time : nil
            case ("RET", let text?):
                switch text.uppercased() {
                case "FULL": parameters.dsnReturn = .full
                case "HDRS": parameters.dsnReturn = .headers
                default: throw Self.wrong(name)
                }
            case ("ENVID", let text?):
                guard (1...100).contains(text.utf8.count), text.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) else {
                    throw Self.wrong(name)
                }
                parameters.envelopeID = text
            case ("REQUIRETLS", nil): parameters.requireTLS = .required
            // What these say is found out from the message itself.
            case ("SIZE", _), ("BODY", _), ("SMTPUTF8", nil): break
            default: throw Self.wrong(name)
            }
        }
    }

    private static func recipient(
        _ plain: EnvelopeRecipient, _ parameters: [(name: String, value: String?)]
    ) throws -> EnvelopeRecipient {
        var recipient = plain
        for (name, value) in parameters {
            switch (name, value) {
            case ("NOTIFY", let text?): recipient.notify = try notify(text)
            case ("ORCPT", let text?):
                let parts = text.split(separator: ";", maxSplits: 1)
                guard parts.count == 2, parts[0].lowercased() == "rfc822", parts[1].utf8.count <= 500,
                    parts[1].utf8.allSatisfy({ (0x20...0x7E).contains($0) })
                else { throw wrong(name) }
                recipient.originalRecipient = EnvelopeRecipient.OriginalRecipient(
                    addressType: "rfc822", address: String(parts[1]))
            default: throw wrong(name)
            }
        }
        return recipient
    }

    private static func notify(_ text: String) throws -> EnvelopeRecipient.Notify {
        var notify: EnvelopeRecipient.Notify = []
        for word in text.uppercased().split(separator: ",", omittingEmptySubsequences: false) {
            switch word {
            case "NEVER": notify.insert(.never)
            case "SUCCESS": notify.insert(.success)
            case "FAILURE": notify.insert(.failure)
            case "DELAY": notify.insert(.delay)
            default: throw wrong("NOTIFY")
            }
        }
        guard !notify.isEmpty, !notify.contains(.never) || notify == .never else { throw wrong("NOTIFY") }
        return notify
    }

    // MARK: From the message

    /// What the message itself says (RFC 8621 §7): Sender or else From, and all in To, Cc and Bcc.
    ///
    /// - Parameters:
    ///   - identity: whose address it is when the message names none, or one that `mayUse` denies.
    init(
        _ people: MessagePeople, identity: EmailAddress, mayUse: (EmailAddress) async throws -> Bool,
        _ sending: JMAPSending
    ) async throws {
        mailFrom = identity
        if let author = people.sender ?? people.from.first, try await mayUse(author.address) {
            mailFrom = author.address
        }
        var seen: Set<String> = []
        recipients = people.recipients.map(\.address).filter { seen.insert($0.lookupKey).inserted }.map {
            EnvelopeRecipient(path: .address($0))
        }
        guard !recipients.isEmpty else { throw JMAPSetError(.noRecipients) }
        guard recipients.count <= sending.recipientsMax else { throw Self.tooMany(sending) }
        func entry(_ address: EmailAddress) -> JSONValue {
            ["email": .string(address.written), "parameters": .null]
        }
        json = [
            "mailFrom": entry(mailFrom), "rcptTo": .array(recipients.compactMap { $0.path.address.map(entry) }),
        ]
    }
}

/// The people that a message's header names.
struct MessagePeople: Sendable {
    /// Somebody.
    struct Person: Sendable {
        var address: EmailAddress
        var name: String?
    }

    var sender: Person?
    var from: [Person] = []
    /// Of To, Cc and Bcc.
    var recipients: [Person] = []

    /// Addresses of each kind that are looked at.
    private static let countMax = 5000

    /// Reads a message's header.
    init(of octets: UnsafeRawBufferPointer) {
        let message = ParsedMessage(parsing: octets)
        for field in message.fields[message.parts[0].fields] {
            switch field.kind {
            case .from: from += Self.people(field, octets)
            case .sender: sender = sender ?? Self.people(field, octets).first
            case .to, .cc, .bcc: recipients += Self.people(field, octets)
            default: break
            }
        }
        recipients = Array(recipients.prefix(Self.countMax))
    }

    private static func people(_ field: HeaderField, _ octets: UnsafeRawBufferPointer) -> [Person] {
        let value = Array(octets[field.value.lowerBound..<field.value.upperBound])
        return AddressListParser.parse(value[...], limit: countMax).compactMap { item in
            guard case .address(let entry) = item, let local = String(validating: entry.localPart, as: UTF8.self),
                let domain = String(validating: entry.domain, as: UTF8.self).flatMap({ Domain($0) }),
                let localPart = LocalPart(unquoted: local)
            else { return nil }
            return Person(address: EmailAddress(localPart: localPart, domain: domain), name: entry.displayText)
        }
    }
}
