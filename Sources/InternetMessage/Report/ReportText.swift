internal import MailCore

/// The words for people in a report.
struct ReportText {
    private let report: DeliveryReport
    private let language: ReportLanguage
    private let phrases: ReportPhrases
    private let limits: DeliveryReportLimits
    private let originalSubject: String
    private let originalDate: MailDate?

    /// `header` is that of the message reported on; empty when it is not known.
    init(
        report: DeliveryReport, header: [UInt8], parsed: ParsedMessage, language: ReportLanguage,
        limits: DeliveryReportLimits
    ) {
        self.report = report
        self.language = language
        self.limits = limits
        phrases = language.phrases
        originalSubject =
            parsed.field(.subject, of: 0).map { field in
                let value = header[field.value.range].prefix(parsed.limits.subjectOctetsMax)
                return String(HeaderText.decode(unstructured: value).prefix(limits.subjectCharactersMax))
            } ?? ""
        originalDate = parsed.field(.date, of: 0).flatMap { MailDate(parsing: header[$0.value.range]) }
    }

    /// What happened, and to which message.
    var subject: String {
        let action = DeliveryReport.Action.allCases.first { action in
            report.recipients.contains { $0.action == action }
        }
        let word = phrases.subjects[action ?? .failed] ?? ""
        return originalSubject.isEmpty ? word : "\(word): \(originalSubject)"
    }

    /// The whole text, in lines.
    func body(returned: ReturnedContent.Extent?) -> String {
        var lines = ParagraphLines()
        lines.add(phrases.introduction.replacing("{host}", with: report.reportingMTA.unicode))
        lines.addEmptyLine()
        if !originalSubject.isEmpty { lines.add("\(phrases.subjectLabel) \(originalSubject)", indent: 2) }
        if let date = originalDate ?? report.arrival {
            lines.add("\(phrases.dateLabel) \(phrases.date(date))", indent: 2)
        }
        if !originalSubject.isEmpty || originalDate != nil || report.arrival != nil { lines.addEmptyLine() }
        for action in DeliveryReport.Action.allCases {
            let recipients = report.recipients.filter { $0.action == action }
            guard !recipients.isEmpty, let heading = phrases.headings[action] else { continue }
            lines.add(recipients.count == 1 ? heading.one : heading.many)
            lines.addEmptyLine()
            for recipient in recipients { add(recipient, to: &lines) }
        }
        lines.add(phrases.others)
        lines.addEmptyLine()
        lines.add(phrases.details(returned))
        return lines.text
    }

    private func add(_ recipient: DeliveryReport.Recipient, to lines: inout ParagraphLines) {
        let address = String(decoding: HeaderWords.oneLine(recipient.address), as: UTF8.self)
        lines.add(address, indent: 2)
        if address != recipient.final.written {
            lines.add(phrases.forwarded.replacing("{address}", with: recipient.final.written), indent: 4)
        }
        switch recipient.action {
        case .failed:
            let explanation = StatusExplanation(recipient.status, language)
            lines.add("\(explanation.cause) \(explanation.advice)", indent: 4)
        case .delayed:
            lines.add(StatusExplanation(recipient.status, language).cause, indent: 4)
            if let end = recipient.willRetryUntil {
                lines.add(phrases.retriedUntil.replacing("{date}", with: phrases.date(end)), indent: 4)
            }
        case .delivered, .relayed, .expanded:
            break
        }
        quote(recipient, to: &lines)
        lines.addEmptyLine()
    }

    /// What the other server said, word for word.
    private func quote(_ recipient: DeliveryReport.Recipient, to lines: inout ParagraphLines) {
        switch recipient.diagnostic {
        case .smtp(let reply):
            let said =
                recipient.remoteMTA.map { phrases.serverSaid.replacing("{server}", with: $0.ascii) }
                ?? phrases.unknownServerSaid
            lines.add(said, indent: 4)
            var room = limits.diagnosticCharactersMax
            for line in reply where room > 0 {
                lines.add(String(line.prefix(room)), indent: 6)
                room -= line.count
            }
        case .local(let text):
            lines.add(
                phrases.reason.replacing("{reason}", with: String(text.prefix(limits.diagnosticCharactersMax))),
                indent: 4)
        case nil:
            break
        }
    }
}

/// Lines of at most 72 characters, broken between words.
private struct ParagraphLines {
    private(set) var text = ""

    private static let widthMax = 72

    mutating func addEmptyLine() { text += "\n" }

    /// A paragraph, or one line of it, behind `indent` spaces.
    mutating func add(_ paragraph: String, indent: Int = 0) {
        let margin = String(repeating: " ", count: indent)
        let line = String(decoding: HeaderWords.oneLine(paragraph), as: UTF8.self)
        var current = ""
        for word in line.split(separator: " ") {
            if !current.isEmpty, indent + current.count + 1 + word.count > Self.widthMax {
                text += "\(margin)\(current)\n"
                current = ""
            }
            current += current.isEmpty ? String(word) : " \(word)"
        }
        text += "\(margin)\(current)\n"
    }
}
