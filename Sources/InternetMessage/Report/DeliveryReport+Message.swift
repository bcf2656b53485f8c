internal import MailCore

extension DeliveryReport {
    /// The message that carries the report: multipart/report with words for people, the status for programs, and what
    /// comes back of the original (RFC 6522 §3, RFC 3464 §2). Write it with the same `options`.
    ///
    /// Throws what the original's source throws.
    package func message(
        _ heading: Heading, original: Original?, options: MessageWriteOptions,
        limits: DeliveryReportLimits = DeliveryReportLimits()
    ) throws -> MessageBuilder {
        let header = try original.map { try ReturnedContent.header(of: $0, limits: limits) } ?? []
        let parsed = ParsedMessage(parsing: header)
        let text = ReportText(report: self, header: header, parsed: parsed, language: heading.language, limits: limits)
        let returned = try original.flatMap { original in
            try ReturnedContent(options: options, limits: limits)
                .part(original, header: header, mayBeWhole: recipients.contains { $0.action == .failed })
        }
        var explanation = MessagePart.text(text.body(returned: returned?.extent))
        explanation.languages = [heading.language.rawValue]
        let parts = [explanation, statusPart(options, limits)] + (returned.map { [$0.part] } ?? [])
        let body = MessagePart.multipart(
            "report", parts, parameters: [MessagePart.Parameter("report-type", "delivery-status")])
        var builder = MessageBuilder(
            date: heading.date, messageID: heading.messageID, from: [heading.from], body: body)
        builder.to = [.person(MessageBuilder.NamedAddress(address: heading.to))]
        builder.subject = text.subject
        // RFC 3834 §5: nobody's program answers this.
        builder.extraFields = [MessageBuilder.ExtraField(name: "Auto-Submitted", text: "auto-replied")]
        let ids = Self.threadIDs(parsed, header)
        builder.inReplyTo = ids.own
        builder.references = ids.references
        return builder
    }

    private func statusPart(_ options: MessageWriteOptions, _ limits: DeliveryReportLimits) -> MessagePart {
        var writer = DeliveryStatusWriter(form: options.headers, limits: limits)
        let status = writer.write(self)
        let isASCII = status.allSatisfy { $0 < 0x80 }
        return MessagePart(
            mediaType: isASCII ? "message/delivery-status" : "message/global-delivery-status",
            body: .message(ByteSource(status)))
    }

    /// RFC 5322 §3.6.4.
    private static func threadIDs(
        _ parsed: ParsedMessage, _ header: [UInt8]
    ) -> (own: [InternetMessageID], references: [InternetMessageID]) {
        func ids(_ kind: HeaderField.Kind, limit: Int) -> [InternetMessageID] {
            parsed.field(kind, of: 0).map { InternetMessageID.list(header[$0.value.range], limit: limit) } ?? []
        }
        let own = ids(.messageID, limit: 1)
        // The end of a long conversation is what threads it.
        return (own, ids(.references, limit: parsed.limits.messageIDsMax).suffix(20) + own)
    }
}
