import MailCore
import Testing

@testable import IMAP

@Suite struct SearchTests {
    private static func search(_ key: SearchKey, _ items: SearchReturnOptions.Items? = nil) -> IMAPCommand {
        search(.sequenceNumbers, key, items)
    }

    private static func search(
        _ numbering: MessageNumbering, _ key: SearchKey, _ items: SearchReturnOptions.Items? = nil,
        partial: PartialRange? = nil
    ) -> IMAPCommand {
        let returning = items.map { SearchReturnOptions(items: $0, partial: partial) }
        return .search(SearchRequest(numbering: numbering, returning: returning, key: key))
    }

    static let keys: [(String, SearchKey)] = [
        ("ALL", .all), ("seen", .flagged(.seen)), ("UNDRAFT", .unflagged(.draft)),
        ("NEW", .and([.recent, .unflagged(.seen)])), ("OLD", .not(.recent)),
        ("KEYWORD $Junk", .keyword(Keyword.named("$Junk")[0])), ("UNKEYWORD x", .unkeyword(Keyword.named("x")[0])),
        ("BCC a", .field(.bcc, SearchString("a"))), ("CC \"a b\"", .field(.cc, SearchString("a b"))),
        ("FROM {3}\r\nx y", .field(.from, SearchString("x y"))), ("SUBJECT \"\"", .field(.subject, SearchString(""))),
        ("TO \"\\\"\\\\\"", .field(.to, SearchString("\"\\"))), ("BODY ]", .body(SearchString("]"))),
        ("TEXT \"пр\"", .text(SearchString("пр"))), ("HEADER X-A \"\"", .header(name: "X-A", SearchString(""))),
        ("BEFORE 1-Feb-1994", .date(.received, .before, .on(1994, 2, 1))),
        ("ON \"28-feb-2023\"", .date(.received, .on, .on(2023, 2, 28))),
        ("SENTSINCE 01-Jan-0001", .date(.sent, .since, .on(1, 1, 1))),
        ("SENTON 29-Feb-2024", .date(.sent, .on, .on(2024, 2, 29))),
        ("SENTBEFORE 3-Mar-3000", .date(.sent, .before, .on(3000, 3, 3))),
        ("SAVEDSINCE 28-Dec-2014", .date(.saved, .since, .on(2014, 12, 28))), ("SAVEDATESUPPORTED", .saveDateSupported),
        ("LARGER 0", .larger(0)), ("SMALLER 9223372036854775807", .smaller(9_223_372_036_854_775_807)),
        ("OLDER 1", .older(seconds: 1)), ("YOUNGER 259200", .younger(seconds: 259_200)),
        ("1:3,5", .sequenceNumbers(.of("1:3,5"))), ("*", .sequenceNumbers(.of("*"))),
        ("$", .sequenceNumbers(.savedResult)), ("UID $", .uids(.savedResult)), ("UID 5:*", .uids(.of("5:*"))),
        ("MODSEQ 620162338", .modSeq(ModSeqCriterion(modSeq: ModSeq(rawValue: 620_162_338)))),
        (
            "MODSEQ \"/flags/\\\\draft\" all 620162338",
            .modSeq(
                ModSeqCriterion(
                    modSeq: ModSeq(rawValue: 620_162_338),
                    entry: ModSeqCriterion.Entry(name: "/flags/\\draft", scope: .all)))
        ),
        ("EMAILID M6d99ac3275bb4e", .emailID("M6d99ac3275bb4e")), ("THREADID T-_9", .threadID("T-_9")),
        ("FUZZY (FROM a TO b)", .fuzzy(.and([.field(.from, SearchString("a")), .field(.to, SearchString("b"))]))),
        ("NOT NOT SEEN", .not(.not(.flagged(.seen)))),
        ("OR SEEN (DELETED 1)", .or(.flagged(.seen), .and([.flagged(.deleted), .sequenceNumbers(.of("1"))]))),
        ("((SEEN))", .flagged(.seen)), ("SEEN DELETED", .and([.flagged(.seen), .flagged(.deleted)])),
        ("CHARSET UTF-8 SEEN", .flagged(.seen)), ("charset \"us-ascii\" SEEN", .flagged(.seen)),
    ]

    @Test(arguments: keys) func readsKeys(text: String, key: SearchKey) throws {
        #expect(try parse("SEARCH \(text)") == Self.search(key))
        #expect(try parse("UID SEARCH \(text) ") == Self.search(.uids, key))
    }

    static let commands: [(String, IMAPCommand)] = [
        // RFC 9051 §6.4.4.
        (
            "SEARCH RETURN (MIN COUNT) FLAGGED SINCE 1-Feb-1994 NOT FROM \"Smith\"",
            search(
                .and([
                    .flagged(.flagged), .date(.received, .since, .on(1994, 2, 1)),
                    .not(.field(.from, SearchString("Smith"))),
                ]), [.min, .count])
        ),
        ("SEARCH RETURN () ALL", search(.all, .all)),
        ("UID SEARCH RETURN (SAVE MAX ALL) SEEN", search(.uids, .flagged(.seen), [.save, .max, .all])),
        // RFC 9394 §3.1, RFC 5267 §4, RFC 6203 §4.
        (
            "UID SEARCH RETURN (PARTIAL -1:-100) UNDELETED",
            search(.uids, .unflagged(.deleted), [], partial: PartialRange(.fromNewest, 1, 100))
        ),
        ("SEARCH RETURN (UPDATE CONTEXT COUNT) ALL", search(.all, [.update, .context, .count])),
        (
            "SEARCH RETURN (RELEVANCY ALL) FUZZY TEXT \"Helo\"",
            search(.fuzzy(.text(SearchString("Helo"))), [.relevancy, .all])
        ),
        // RFC 5256 §3, RFC 5957, RFC 5267 §3.
        (
            "SORT (SUBJECT REVERSE DATE) UTF-8 ALL",
            .sort(
                SortRequest(
                    numbering: .sequenceNumbers, returning: nil,
                    criteria: [SortCriterion(.subject), SortCriterion(.date, .descending)], key: .all))
        ),
        (
            "UID SORT RETURN (COUNT) (DISPLAYFROM RELEVANCY) US-ASCII NOT SEEN",
            .sort(
                SortRequest(
                    numbering: .uids, returning: SearchReturnOptions(items: .count),
                    criteria: [SortCriterion(.displayFrom), SortCriterion(.relevancy)], key: .not(.flagged(.seen))))
        ),
        (
            "THREAD ORDEREDSUBJECT UTF-8 SINCE 5-MAR-2000",
            .thread(
                ThreadRequest(
                    numbering: .sequenceNumbers, algorithm: .orderedSubject,
                    key: .date(.received, .since, .on(2000, 3, 5))))
        ),
        (
            "UID THREAD REFERENCES US-ASCII ALL",
            .thread(ThreadRequest(numbering: .uids, algorithm: .references, key: .all))
        ),
        // RFC 7377 §2.1.
        (
            "ESEARCH IN (mailboxes \"folder1\" subtree \"folder2\") unseen",
            .multiSearch(
                MultiSearchRequest(
                    sources: [.mailboxes([.named("folder1")]), .subtree([.named("folder2")])],
                    returning: SearchReturnOptions(items: .all), key: .unflagged(.seen)))
        ),
        (
            "ESEARCH IN (subtree-one (a b) personal selected) RETURN (COUNT) ALL",
            .multiSearch(
                MultiSearchRequest(
                    sources: [.subtreeOne([.named("a"), .named("b")]), .personal, .selected],
                    returning: SearchReturnOptions(items: .count), key: .all))
        ),
        (
            "ESEARCH ALL",
            .multiSearch(
                MultiSearchRequest(sources: nil, returning: SearchReturnOptions(items: .all), key: .all))
        ),
        (
            "SEARCH RETURN (COUNT UPDATE (UID FLAGS)) FROM \"boss\"",
            .search(
                SearchRequest(
                    numbering: .sequenceNumbers,
                    returning: SearchReturnOptions(items: [.count, .update], updateAttributes: [.uid, .flags]),
                    key: .field(.from, SearchString("boss"))))
        ),
        (
            "UID ESEARCH ALL",
            .multiSearch(
                MultiSearchRequest(sources: nil, returning: SearchReturnOptions(items: .all), key: .all))
        ),
        ("UIDBATCHES 2000", .uidBatches(BatchesRequest(size: 2_000, batches: nil))),
        ("UIDBATCHES 2000 10:20", .uidBatches(BatchesRequest(size: 2_000, batches: 10...20))),
        ("CANCELUPDATE \"B01\" \"B02\"", .cancelUpdate(["B01", "B02"])),
    ]

    @Test(arguments: commands) func reads(text: String, command: IMAPCommand) throws {
        #expect(try parse(text) == command)
    }

    @Test(arguments: [
        "SEARCH", "SEARCH ", "SEARCH FOO", "SEARCH ()", "SEARCH (SEEN", "SEARCH SEEN)", "SEARCH NOT", "SEARCH OR SEEN",
        "SEARCH FROM", "SEARCH ON 30-Feb-2024", "SEARCH ON 1-Foo-2024", "SEARCH ON 1-Jan-24", "SEARCH ON 001-Jan-2024",
        "SEARCH ON \"1-Jan-2024", "SEARCH LARGER -1", "SEARCH OLDER 0", "SEARCH MODSEQ \"/x/y\" all 1",
        "SEARCH MODSEQ \"/flags/a\" some 1", "SEARCH EMAILID a.b", "SEARCH RETURN MIN ALL", "SEARCH RETURN (FOO) ALL",
        "SEARCH RETURN (ALL PARTIAL 1:2) ALL", "SEARCH RETURN (PARTIAL 1:2 PARTIAL 1:2) ALL", "SEARCH UID",
        "SEARCH SUBJECT \"a", "SEARCH SUBJECT \"\\a\"", "SEARCH KEYWORD \\Seen", "SORT ALL", "SORT () UTF-8 ALL",
        "SORT (REVERSE) UTF-8 ALL", "SORT (DATE) ALL", "SORT (DATE) UTF-8", "THREAD REFS UTF-8 ALL",
        "ESEARCH IN (selected-delayed) ALL", "ESEARCH IN () ALL", "ESEARCH IN (mailboxes) ALL", "UIDBATCHES 0",
        "UIDBATCHES 1 2", "CANCELUPDATE", "CANCELUPDATE B01", "SEARCH FROM {5}\r\nabc", "SEARCH FROM {3}abc",
    ]) func refuses(text: String) {
        let refusal = refusal(text)
        #expect(refusal?.condition == .bad || refusal?.code == .badCharset)
    }

    @Test func charsets() {
        let reply = IMAPCompletion.no("Charset not supported", code: .badCharset)
        #expect(refusal("SEARCH CHARSET KOI8-R ALL") == reply)
        #expect(refusal("SORT (DATE) ISO-8859-1 ALL") == reply)
        let utf8 = IMAPGrammar(enabled: [.utf8Accept])
        #expect(refusal("SEARCH CHARSET UTF-8 ALL", grammar: utf8)?.condition == .bad)
        var octets = Array("SEARCH SUBJECT {1}\r\n".utf8)
        octets.append(0xFF)
        #expect(throws: IMAPSyntaxError.bad("Not UTF-8")) { try parse(octets) }
    }

    @Test func nesting() throws {
        func nested(_ depth: Int) -> String {
            String(repeating: "(", count: depth) + "ALL" + String(repeating: ")", count: depth)
        }
        #expect(try parse("SEARCH \(nested(31))") == Self.search(.all))
        for text in [
            nested(32), nested(10_000), String(repeating: "NOT ", count: 10_000) + "ALL",
            String(repeating: "OR ALL ", count: 10_000) + "ALL", String(repeating: "(", count: 60_000),
        ] {
            #expect(refusal("SEARCH \(text)")?.code == .limit)
        }
        let many = Array(repeating: "SEEN", count: 2_000).joined(separator: " ")
        #expect(refusal("SEARCH \(many)") == nil)
        #expect(refusal("SEARCH \(many) SEEN")?.code == .limit)
    }

    @Test func descriptionsHoldNoWords() throws {
        #expect(!"\(SearchString("hunter2"))".contains("hunter2"))
        let command = try parse("SEARCH SUBJECT hunter2")
        #expect("\(command)" == "SEARCH")
    }
}
