/// The sentences of a report in one language, without those about status codes.
struct ReportPhrases: Sendable {
    /// What the subject begins with.
    let subjects: [DeliveryReport.Action: String]
    /// Before the recipients of an action, for one and for several.
    let headings: [DeliveryReport.Action: (one: String, many: String)]
    /// `{host}` is the server that reports.
    let introduction: String
    let subjectLabel: String
    let dateLabel: String
    /// `{address}` is where an address led to.
    let forwarded: String
    /// `{date}` is when a message is given up.
    let retriedUntil: String
    /// `{server}` is the name of the server whose words follow.
    let serverSaid: String
    let unknownServerSaid: String
    /// `{reason}` are words of our own.
    let reason: String
    /// About recipients that the report does not name.
    let others: String
    /// About the parts that follow.
    let detailsOnly: String
    let detailsAndHeader: String
    let detailsAndMessage: String
    /// Days of the week from Sunday on, and months.
    let weekdays: [String]
    let months: [String]
    /// `{weekday}`, `{day}`, `{month}`, `{year}`, `{time}`, `{zone}`
    let dateForm: String

    func details(_ returned: ReturnedContent.Extent?) -> String {
        switch returned {
        case .message: detailsAndMessage
        case .header: detailsAndHeader
        case nil: detailsOnly
        }
    }

    /// A date in words.
    func date(_ date: MailDate) -> String {
        // `Fri, 21 Nov 1997 09:55:06 -0600`
        let words = date.writable.description.split(separator: " ")
        guard words.count == 6 else { return date.description }
        let weekday = MailDate.weekdays.firstIndex { words[0].hasPrefix($0) }
        let month = MailDate.months.firstIndex { $0 == words[2] }
        guard let weekday, let month, weekday < weekdays.count, month < months.count else { return date.description }
        let values = [
            ("{weekday}", weekdays[weekday]), ("{day}", String(words[1])), ("{month}", months[month]),
            ("{year}", String(words[3])), ("{time}", String(words[4].dropLast(3))), ("{zone}", String(words[5])),
        ]
        return values.reduce(dateForm) { $0.replacing($1.0, with: $1.1) }
    }
}

extension ReportLanguage {
    var phrases: ReportPhrases {
        switch self {
        case .english: .english
        case .spanish: .spanish
        }
    }
}
