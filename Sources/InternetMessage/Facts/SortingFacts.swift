/// What SORT and THREAD compare of a message (RFC 5256 §3, RFC 5957 §3), each in the form in which it is compared: words
/// folded by ``UnicodeCasemap``.
package struct SortingFacts: Sendable, Hashable {
    /// The Date field in seconds since 1970, UTC; nil when it cannot be read.
    package var sentSeconds: Int64?
    /// The same as days since 1970 by the sender's own clock: SENTON and the like disregard time and zone.
    package var sentDay: Int64?
    /// Folded.
    package var baseSubject: [UInt8] = []
    /// Whether the subject says that this is a reply or forward.
    package var isReplyOrForward = false
    /// What stands before the `@` in the first address of From, folded; empty where there is none.
    package var from: [UInt8] = []
    /// The same of To.
    package var to: [UInt8] = []
    /// The same of Cc.
    package var cc: [UInt8] = []
    /// The name that is shown of the first address of From, else the address, folded (RFC 5957 §3).
    package var displayFrom: [UInt8] = []
    /// The same of To.
    package var displayTo: [UInt8] = []
    /// Without angle brackets; empty where there is none.
    package var messageID = ""
    /// The ids of References, or else the first of In-Reply-To, oldest first (RFC 5256 §3).
    package var references: [String] = []

    /// Nothing known.
    package init() {}

    /// Reads the header of a message.
    package init(_ message: ParsedMessage, in bytes: UnsafeRawBufferPointer) {
        let octets = Octets(bytes, limit: MessageLimits.octetsMax)
        if let sent = message.field(.date, of: 0).flatMap({ MailDate(octets[$0.value]) }) {
            sentSeconds = sent.secondsSince1970
            let local = sent.secondsSince1970 + Int64(sent.zoneMinutes) * 60
            sentDay = (local >= 0 ? local : local - 86_399) / 86_400
        }
        let line = message.line(.subject, of: 0, in: octets, octetsMax: message.limits.subjectOctetsMax)
        let subject = BaseSubject(of: line.map { HeaderText.decode(unstructured: $0[...]) } ?? "")
        baseSubject = UnicodeCasemap.fold(subject.text)
        isReplyOrForward = subject.isReplyOrForward
        (from, displayFrom) = Self.words(message.firstAddress(.from, in: octets))
        (to, displayTo) = Self.words(message.firstAddress(.to, in: octets))
        (cc, _) = Self.words(message.firstAddress(.cc, in: octets))
        messageID =
            message.field(.messageID, of: 0)
            .flatMap { InternetMessageID.list(octets[$0.value], limit: 1).first.map(Self.normalized) } ?? ""
        references = message.messageIDs(.references, in: octets).map(Self.normalized)
        if references.isEmpty {
            references = message.messageIDs(.inReplyTo, in: octets).prefix(1).map(Self.normalized)
        }
    }

    /// One spelling for each id: `"a"@b` is `a@b` (RFC 5256 §3).
    private static func normalized(_ id: InternetMessageID) -> String {
        guard id.text.utf8.contains(ASCII.quote) else { return id.text }
        var octets: [UInt8] = []
        var isEscaped = false
        for octet in id.text.utf8 {
            if !isEscaped, octet == ASCII.backslash || octet == ASCII.quote {
                isEscaped = octet == ASCII.backslash
                continue
            }
            octets.append(octet)
            isEscaped = false
        }
        return String(decoding: octets, as: UTF8.self)
    }

    /// Parses `bytes`.
    package init(parsing bytes: [UInt8]) {
        self = bytes.withUnsafeBytes { SortingFacts(ParsedMessage(parsing: $0), in: $0) }
    }

    private static func words(_ address: HeaderAddress?) -> (mailbox: [UInt8], display: [UInt8]) {
        guard let address else { return ([], []) }
        let name = address.displayText ?? ""
        return (
            UnicodeCasemap.fold(Charset.guess(address.localPart[...])),
            UnicodeCasemap.fold(name.isEmpty ? address.addressText : name)
        )
    }
}

extension SortingFacts: CustomStringConvertible {
    /// Sizes alone: logs carry nothing that people wrote.
    package var description: String { "SortingFacts(\(references.count) references)" }
}
