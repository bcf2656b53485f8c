import InternetMessage
import JSON
import Testing

@testable import JMAPServer

@Suite struct HeaderValueTests {
    private func json(_ text: String, _ form: HeaderProperty.Form) -> JSONValue {
        HeaderValue(Array(text.utf8)[...]).json(form)
    }

    /// The example of RFC 8621 §4.1.2.3 and §4.1.2.4.
    private let list = """
         "  James Smythe" <james@example.com>, Friends:\r
          jane@example.com, =?UTF-8?Q?John_Sm=C3=AEth?=\r
          <john@example.com>;\r

        """

    @Test func addresses() {
        #expect(
            json(list, .addresses)
                == [
                    ["name": "James Smythe", "email": "james@example.com"], ["name": nil, "email": "jane@example.com"],
                    ["name": "John Smîth", "email": "john@example.com"],
                ].asJSON)
    }

    @Test func groups() {
        #expect(
            json(list, .groupedAddresses) == [
                ["name": .null, "addresses": [["name": "James Smythe", "email": "james@example.com"]]],
                [
                    "name": "Friends",
                    "addresses": [
                        ["name": .null, "email": "jane@example.com"],
                        ["name": "John Smîth", "email": "john@example.com"],
                    ],
                ],
            ])
    }

    private static let values: [(String, HeaderProperty.Form, JSONValue)] = [
        (" World\r\n domination\r\n", HeaderProperty.Form.text, JSONValue.string("World domination")),
        (" =?utf-8?q?a=CC=81?=", .text, "\u{e1}"),
        (" =?iso-8859-1?q?=E1?= x", .text, "á x"),
        (" a\u{0}b\r\n c\r\n", .raw, " ab\r\n c"),
        (" <a@b> (x) <c@d>\r\n", .messageIDs, ["a@b", "c@d"]),
        (" nothing", .messageIDs, .null),
        (" Tue, 10 Jul 2018 11:03:11 +1000", .date, "2018-07-10T11:03:11+10:00"),
        (" Tue, 10 Jul 2018 01:03:11 GMT", .date, "2018-07-10T01:03:11Z"),
        (" yesterday", .date, .null),
        (
            " <mailto:a@b?subject=x>, (no) <https://e.example/\r\n u>", .urls,
            ["mailto:a@b?subject=x", "https://e.example/u"]
        ),
        (" mailto:a@b", .urls, .null),
        (" joe", .addresses, [["name": .null, "email": "joe"]]),
        (" jürgen@müller.example", .addresses, [["name": .null, "email": "jürgen@müller.example"]]),
        (" a@b (Ana)", .addresses, [["name": "Ana", "email": "a@b"]]),
        ("", .addresses, []),
    ]

    @Test(arguments: values) func forms(_ text: String, _ form: HeaderProperty.Form, _ value: JSONValue) {
        #expect(json(text, form) == value)
    }

    /// Octets that are no UTF-8 are replaced, never a trap.
    @Test func eightBit() {
        let octets: [UInt8] = [0x20, 0xff, 0x41]
        #expect(HeaderValue(octets[...]).raw == " \u{fffd}A")
    }
}

extension [[String: String?]] {
    fileprivate var asJSON: JSONValue {
        .array(map { .object(JSONObject($0.map { ($0.key, $0.value.map { .string($0) } ?? .null) })) })
    }
}

@Suite struct HeaderPropertyTests {
    @Test(arguments: [
        ("header:Subject", "Subject", HeaderProperty.Form.raw, false),
        ("header:subject:asText", "subject", .text, false),
        ("header:Resent-To:asAddresses:all", "Resent-To", .addresses, true),
        ("header:X-Any:all", "X-Any", .raw, true),
        ("header:X-Any:asGroupedAddresses", "X-Any", .groupedAddresses, false),
        ("header:List-Post:asURLs", "List-Post", .urls, false),
    ]) func reads(_ text: String, _ name: String, _ form: HeaderProperty.Form, _ all: Bool) throws {
        let property = try #require(HeaderProperty(text))
        #expect(property.name == name)
        #expect(property.form == form)
        #expect((property.instances == .all) == all)
    }

    /// RFC 8621 §4.1.2: forms that a field has not, and names that are none.
    @Test(arguments: [
        "header:", "header", "header:a b", "header:Subject:asAddresses", "header:From:asText", "header:Date:asURLs",
        "header:Received:asText", "header:X:asNothing", "header:X:all:asText", "header:X:all:all", "header:é",
        "Header:X",
    ]) func refuses(_ text: String) {
        #expect(HeaderProperty(text) == nil)
    }
}

@Suite struct JMAPDateTests {
    @Test(arguments: [
        ("2014-10-30T06:12:00Z", Int64(1_414_649_520)), ("2014-10-30T14:12:00+08:00", 1_414_649_520),
        ("1969-12-31T23:59:59Z", -1), ("2000-02-29T00:00:00.123Z", 951_782_400),
        ("0001-01-01T00:00:00Z", -62_135_596_800),
    ]) func reads(_ text: String, _ seconds: Int64) {
        #expect(JMAPDate.parse(text)?.secondsSince1970 == seconds)
    }

    @Test(arguments: [
        "", "2014-10-30", "2014-13-30T06:12:00Z", "2015-02-29T06:12:00Z", "2014-10-30t06:12:00Z", "2014-10-30T06:12:00",
        "2014-10-30T24:12:00Z", "2014-10-30T06:12:00.Z", "2014-10-30T06:12:00+8:00", "2014-10-30T06:12:00Zx",
    ]) func refuses(_ text: String) {
        #expect(JMAPDate.parse(text) == nil)
    }

    @Test func writes() {
        #expect(JMAPDate.utc(1_414_649_520) == "2014-10-30T06:12:00Z")
        #expect(JMAPDate.utc(-1) == "1969-12-31T23:59:59Z")
        for day in stride(from: Int64(-719_162), to: 2_000_000, by: 97) {
            let text = JMAPDate.utc(day * 86_400 + 3_661)
            #expect(JMAPDate.parseUTC(text) == day * 86_400 + 3_661)
        }
    }
}

@Suite struct BodyTextTests {
    @Test(arguments: [
        ("a\r\nb\rc\n", "utf-8", "a\nb\rc\n", false), ("x", "", "x", false), ("x", "us-ascii", "x", false),
        ("x", "no-such-charset", "x", true),
    ]) func decodes(_ octets: String, _ charset: String, _ text: String, _ problem: Bool) {
        let body = BodyText(Array(octets.utf8), charset: charset.isEmpty ? nil : charset, encoding: .sevenBit)
        #expect(body.text == text)
        #expect((body.problem == .found) == problem)
    }

    @Test func brokenOctetsAreAProblem() {
        #expect(BodyText([0x41, 0xff], charset: "utf-8", encoding: .eightBit).problem == .found)
        #expect(BodyText([0xe1], charset: "iso-8859-1", encoding: .eightBit).text == "á")
        #expect(BodyText([0x41], charset: nil, encoding: .other).problem == .found)
    }

    @Test(arguments: [
        ("abc", 3, "abc", false), ("abc", 2, "ab", false), ("aé", 2, "a", false), ("é", 1, "", false),
        ("éé", 3, "é", false),
        ("<b>x</b>", 5, "<b>x", true), ("<b>x</b>", 2, "", true), ("a😀", 4, "a", false), ("a😀", 5, "a😀", false),
    ]) func cuts(_ text: String, _ octets: Int, _ cut: String, _ isHTML: Bool) {
        #expect(
            BodyText(Array(text.utf8), charset: "utf-8", encoding: .eightBit).cut(to: octets, isHTML: isHTML) == cut)
    }
}
