package import IMAP
internal import MailCore

/// What a user looks for, in words: `from:ana subject:"annual report" since:2026-01-01 has:attachment unread budget`.
package struct MailQuery: Sendable, Hashable {
    /// What the server looks for.
    package var key: SearchKey
    /// What is left to look at here: IMAP has no key for it.
    package var attachments = Attachments.any

    /// What a message has to have.
    package enum Attachments: Sendable, Hashable {
        case any
        case some
    }

    /// Everything.
    package static let all = MailQuery(key: .all)

    private init(key: SearchKey) { self.key = key }

    /// The words that have a meaning, for help.
    package static let operators = [
        ("from:NAME", "who wrote it"), ("to:NAME", "whom it is for"), ("cc:NAME", "who gets a copy"),
        ("subject:WORDS", "in the subject"), ("body:WORDS", "in the text"), ("since:DAY", "on that day or later"),
        ("before:DAY", "before that day"), ("on:DAY", "on that day"), ("larger:SIZE", "more than that, like 2M"),
        ("smaller:SIZE", "less than that"), ("has:attachment", "with a file"), ("unread, read", "by state"),
        ("flagged, answered, draft", "by flag"), ("keyword:NAME", "by keyword"), ("not:WORD, -WORD", "without it"),
        ("\"two words\"", "together"),
    ]

    /// Reads a query.
    ///
    /// - Parameter daySince1970: today, in the user's own zone.
    /// - Throws: what is not understood.
    package init(_ text: String, daySince1970 today: Int64) throws(MailFailure) {
        var keys: [SearchKey] = []
        attachments = .any
        for word in Self.words(text) {
            if word.lowercased() == "has:attachment" {
                attachments = .some
                continue
            }
            // A shell's command would take `-word` for an option.
            let mark = ["-", "not:"].first { word.lowercased().hasPrefix($0) && word.count > $0.count }
            let key = try Self.key(String(word.dropFirst(mark?.count ?? 0)), today)
            keys.append(mark == nil ? key : .not(key))
        }
        // Most messages with files are of this type; the structure decides.
        if attachments == .some { keys.append(.header(name: "Content-Type", SearchString("multipart/"))) }
        key = keys.count == 1 ? keys[0] : keys.isEmpty ? .all : .and(keys)
    }

    /// Parted by blanks; quotes hold words together, also behind a colon.
    static func words(_ text: String) -> [String] {
        var words: [String] = []
        var word = ""
        var isQuoted = false
        for character in text {
            if character == "\"" {
                isQuoted.toggle()
            } else if character.isWhitespace, !isQuoted {
                if !word.isEmpty { words.append(word) }
                word = ""
            } else {
                word.append(character)
            }
        }
        return word.isEmpty ? words : words + [word]
    }

    private static func key(_ word: String, _ today: Int64) throws(MailFailure) -> SearchKey {
        switch word.lowercased() {
        case "unread", "new": return .unflagged(.seen)
        case "read": return .flagged(.seen)
        case "flagged", "starred": return .flagged(.flagged)
        case "unflagged": return .unflagged(.flagged)
        case "answered": return .flagged(.answered)
        case "unanswered": return .unflagged(.answered)
        case "draft": return .flagged(.draft)
        default: break
        }
        guard let colon = word.firstIndex(of: ":"), colon != word.startIndex else { return .text(SearchString(word)) }
        let value = String(word[word.index(after: colon)...])
        let name = word[..<colon].lowercased()
        guard !value.isEmpty else {
            throw MailFailure(.here, "nothing stands behind \(name):", advice: "write it like \(name):something")
        }
        switch name {
        case "from": return .field(.from, SearchString(value))
        case "to": return .or(.field(.to, SearchString(value)), .field(.cc, SearchString(value)))
        case "cc": return .field(.cc, SearchString(value))
        case "bcc": return .field(.bcc, SearchString(value))
        case "subject": return .field(.subject, SearchString(value))
        case "body": return .body(SearchString(value))
        case "text": return .text(SearchString(value))
        case "id": return .header(name: "Message-ID", SearchString(value))
        case "since", "after": return .date(.received, .since, try day(value, today))
        case "before": return .date(.received, .before, try day(value, today))
        case "on": return .date(.received, .on, try day(value, today))
        case "larger": return .larger(try size(value))
        case "smaller": return .smaller(try size(value))
        case "keyword":
            guard let keyword = Keyword(value) else { throw MailFailure(.here, "“\(value)” is no keyword") }
            return .keyword(keyword)
        case "has":
            throw MailFailure(.here, "“\(word)” is not understood", advice: "has:attachment is")
        default: return .text(SearchString(word))
        }
    }

    /// `2026-11-21`, `today`, `yesterday`, `3d`, `2w`, `6m`, `1y`.
    private static func day(_ text: String, _ today: Int64) throws(MailFailure) -> CalendarDate {
        let fields = text.split(separator: "-").compactMap { Int($0) }
        if fields.count == 3, let day = CalendarDate(year: fields[0], month: fields[1], day: fields[2]) { return day }
        let days: [Character: Int64] = ["d": 1, "w": 7, "m": 30, "y": 365]
        var back: Int64?
        if text == "today" { back = 0 }
        if text == "yesterday" { back = 1 }
        if let unit = text.last, let length = days[unit], let count = Int64(text.dropLast()),
            (0...100_000).contains(count)
        {
            back = count * length
        }
        guard let back, let day = CalendarDate(daysSince1970: today - back) else {
            throw MailFailure(
                .here, "“\(text)” is no day", advice: "write it like 2026-11-21, today, yesterday, 3d, 2w or 6m")
        }
        return day
    }

    /// `500`, `200K`, `2M`.
    private static func size(_ text: String) throws(MailFailure) -> UInt64 {
        let units: [Character: UInt64] = ["k": 1 << 10, "m": 1 << 20, "g": 1 << 30]
        let unit = text.lowercased().last.flatMap { units[$0] }
        let digits = unit == nil ? text[...] : text.dropLast()
        guard let number = UInt64(digits), number <= 1 << 32 else {
            throw MailFailure(.here, "“\(text)” is no size", advice: "write it like 500K or 2M")
        }
        return number * (unit ?? 1)
    }
}
