internal import MailCore

extension DeliveryStatus {
    /// Reads the first part of such a type in a message; nil when there is none.
    package init?(
        in message: ParsedMessage, _ bytes: UnsafeRawBufferPointer,
        limits: DeliveryReportLimits = DeliveryReportLimits()
    ) {
        let octets = Octets(bytes, limit: MessageLimits.octetsMax)
        let found = message.parts.indices.first { part in
            guard message.parts[part].kind == .leaf else { return false }
            let type = ContentType(of: part, in: message, octets)
            return type.isType("message")
                && (type.isSubtype("delivery-status") || type.isSubtype("global-delivery-status"))
        }
        guard let found else { return nil }
        let part = message.parts[found]
        self.init(
            parsing: ContentDecoder.decoded(octets[part.body].copy()[...], encoding: part.encoding), limits: limits)
    }

    /// Reads the content of such a part: a group of fields for the message, one for each recipient, empty lines
    /// between them (RFC 3464 §2.1). Fields that are not known are skipped; nothing is refused.
    package init(parsing content: [UInt8], limits: DeliveryReportLimits = DeliveryReportLimits()) {
        content.withUnsafeBytes { bytes in
            let octets = Octets(bytes)
            var isFirst = true
            for group in Self.groups(octets) where recipients.count < limits.recipientsMax {
                let window = UnsafeRawBufferPointer(rebasing: bytes[group])
                let fields = ReportFields(ParsedMessage(parsing: window), Octets(window))
                if isFirst { readMessage(fields) }
                // A part without the empty line behind the message's fields has one recipient.
                if let recipient = Recipient(fields) { recipients.append(recipient) }
                isFirst = false
            }
        }
    }

    /// Runs of lines between empty ones.
    private static func groups(_ octets: Octets) -> [Range<Int>] {
        var groups: [Range<Int>] = []
        var start: Int?
        var line = octets.start
        while line < octets.end {
            let next = octets.first(ASCII.lf, from: line).map { $0 + 1 } ?? octets.end
            if octets[line..<next].trimmed().isEmpty {
                if let begun = start { groups.append(begun..<line) }
                start = nil
            } else if start == nil {
                start = line
            }
            line = next
        }
        if let begun = start { groups.append(begun..<octets.end) }
        return groups
    }

    private mutating func readMessage(_ fields: ReportFields) {
        originalEnvelopeID = fields.text("original-envelope-id")
        reportingMTA = fields.typed("reporting-mta")
        receivedFromMTA = fields.typed("received-from-mta")
        arrivalDate = fields.date("arrival-date")
    }
}

extension DeliveryStatus.Recipient {
    /// Nil when the group is about no recipient.
    fileprivate init?(_ fields: ReportFields) {
        originalRecipient = fields.typed("original-recipient")
        finalRecipient = fields.typed("final-recipient")
        guard originalRecipient != nil || finalRecipient != nil else { return nil }
        action = fields.word("action").flatMap { DeliveryReport.Action(rawValue: $0.lowercased()) }
        status = fields.word("status").flatMap(Self.status)
        remoteMTA = fields.typed("remote-mta")
        diagnosticCode = fields.typed("diagnostic-code")
        lastAttemptDate = fields.date("last-attempt-date")
        finalLogID = fields.text("final-log-id")
        willRetryUntil = fields.date("will-retry-until")
    }

    /// `class.subject.detail` (RFC 3463 §2).
    private static func status(_ word: String) -> EnhancedStatusCode? {
        let numbers = word.split(separator: ".", omittingEmptySubsequences: false).map { UInt16($0) }
        guard numbers.count == 3, let first = numbers[0], let subject = numbers[1], let detail = numbers[2],
            let classCode = UInt8(exactly: first).flatMap(EnhancedStatusCode.Class.init(rawValue:))
        else { return nil }
        return EnhancedStatusCode(classCode, subject, detail)
    }
}

/// One group of fields, found by name.
private struct ReportFields {
    private let message: ParsedMessage
    private let octets: Octets

    init(_ message: ParsedMessage, _ octets: Octets) {
        self.message = message
        self.octets = octets
    }

    /// A field's value in one line; nil when it is missing or empty.
    func text(_ name: StaticString) -> String? {
        let field = message.fields[message.parts[0].fields].first { octets.equalsIgnoringCase($0.name.range, name) }
        guard let field else { return nil }
        let line = octets[field.value].unfolded()
        return line.isEmpty ? nil : Charset.guess(line[...])
    }

    /// The first word: what follows is a comment.
    func word(_ name: StaticString) -> String? {
        text(name)?.split { $0 == " " || $0 == "\t" || $0 == "(" || $0 == ";" }.first.map(String.init)
    }

    func typed(_ name: StaticString) -> DeliveryStatus.Typed? {
        guard let text = text(name) else { return nil }
        let parts = text.split(separator: ";", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else { return DeliveryStatus.Typed(type: "", text: text) }
        let type = Self.trimmed(parts[0]).lowercased()
        let value = Self.trimmed(parts[1])
        return DeliveryStatus.Typed(type: type, text: type == "utf-8" ? UnicodeAddress.decode(value) : value)
    }

    func date(_ name: StaticString) -> MailDate? {
        text(name).flatMap { MailDate(parsing: Array($0.utf8)[...]) }
    }

    private static func trimmed(_ text: Substring) -> String {
        String(decoding: HeaderText.trim(Array(text.utf8)[...]), as: UTF8.self)
    }
}
