internal import InternetMessage
internal import MailCore

/// What has to be known of a message that one of our users submitted, before it is delivered.
struct SubmittedMessage: Sendable {
    /// The addresses of From, at most `authorsMax`; empty when there is no From field, or none with an address.
    let authors: [EmailAddress]
    /// The address of Sender.
    let sender: EmailAddress?
    /// Whether there is any From field.
    let hasFrom: Bool
    /// What makes the message lawful.
    let repair: SubmissionRepair.Outcome

    /// Authors that are looked at; a message of more is no letter.
    static let authorsMax = 20

    /// Reads a message with the trace field of ours on top.
    init(reading octets: UnsafeRawBufferPointer, _ repair: SubmissionRepair) throws(TransportObstacle) {
        let message = ParsedMessage(parsing: octets)
        let fields = message.fields[message.parts[0].fields]
        hasFrom = fields.contains { $0.kind == .from }
        authors = SubmittedMessage.addresses(fields.filter { $0.kind == .from }, octets)
        sender = SubmittedMessage.addresses(fields.filter { $0.kind == .sender }, octets).first
        self.repair = try repair.outcome(of: message, in: octets)
    }

    private static func addresses(_ fields: [HeaderField], _ octets: UnsafeRawBufferPointer) -> [EmailAddress] {
        var found: [EmailAddress] = []
        for field in fields {
            let value = Array(octets[field.value.lowerBound..<field.value.upperBound])
            for case .address(let entry) in AddressListParser.parse(value[...], limit: authorsMax) {
                guard found.count < authorsMax, let address = address(entry) else { continue }
                found.append(address)
            }
        }
        return found
    }

    private static func address(_ entry: HeaderAddress) -> EmailAddress? {
        guard let local = String(validating: entry.localPart, as: UTF8.self),
            let name = String(validating: entry.domain, as: UTF8.self), let localPart = LocalPart(unquoted: local),
            let domain = Domain(name)
        else { return nil }
        return EmailAddress(localPart: localPart, domain: domain)
    }
}
