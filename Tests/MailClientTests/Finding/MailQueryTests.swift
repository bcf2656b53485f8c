import IMAP
import MailCore
import Testing

@testable import MailClient

struct MailQueryTests {
    private func key(_ text: String) throws -> SearchKey { try MailQuery(text, daySince1970: 20_778).key }

    @Test func words() throws {
        #expect(MailQuery.words(#"a "b c" subject:"d e" f"#) == ["a", "b c", "subject:d e", "f"])
        #expect(try key("") == .all)
        #expect(try key("budget") == .text(SearchString("budget")))
        #expect(try key("from:ana unread") == .and([.field(.from, SearchString("ana")), .unflagged(.seen)]))
        #expect(try key("-flagged") == .not(.flagged(.flagged)))
        #expect(try key("not:subject:x") == .not(.field(.subject, SearchString("x"))))
        #expect(try key("http://x.test/") == .text(SearchString("http://x.test/")))
        #expect(try key("larger:2M") == .larger(2 << 20))
    }

    @Test func days() throws {
        let day = CalendarDate(daySince: 20_778)
        #expect(try key("on:today") == .date(.received, .on, day))
        let january = try #require(CalendarDate(year: 2026, month: 1, day: 31))
        #expect(try key("since:2026-01-31") == .date(.received, .since, january))
        #expect(try key("before:2w") == .date(.received, .before, CalendarDate(daySince: 20_764)))
    }

    @Test(arguments: [
        "since:soon", "since:2026-02-30", "larger:x", "has:cheese", "from:", "keyword:(", "larger:99999999999999999999",
    ])
    func notUnderstood(text: String) {
        #expect(throws: MailFailure.self) { try MailQuery(text, daySince1970: 0) }
    }

    @Test func attachments() throws {
        let query = try MailQuery("has:attachment", daySince1970: 0)
        #expect(query.attachments == .some && query.key == .header(name: "Content-Type", SearchString("multipart/")))
    }
}

extension CalendarDate {
    /// A day that exists.
    fileprivate init(daySince days: Int64) {
        guard let day = CalendarDate(daysSince1970: days) else { preconditionFailure("no such day") }
        self = day
    }
}
