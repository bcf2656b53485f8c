import InternetMessage
import Testing

private let dates: [(String, Int64, Int)] = [
    ("Fri, 21 Nov 1997 09:55:06 -0600", 880_127_706, -360),
    ("Tue, 1 Jul 2003 10:52:37 +0200", 1_057_049_557, 120),
    ("Thu, 13 Feb 1969 23:32:54 -0330", -27_723_426, -210),
    (
        "Thu,\r\n      13\r\n        Feb\r\n          1969\r\n      23:32\r\n               -0330 (Newfoundland Time)",
        -27_723_480, -210
    ),
    ("21 Nov 97 09:55:06 GMT", 880_106_106, 0),
    ("Fri, 21 Nov 1997 09(comment):   55  :  06 -0600", 880_127_706, -360),
    ("Thu, 1 Jan 1970 00:00:00 +0000", 0, 0),
    ("29 Feb 2000 00:00 UT", 951_782_400, 0),
    ("1 Jan 49 00:00:00 Z", 2_493_072_000, 0),
    ("1 Jan 50 00:00:00 Z", -631_152_000, 0),
    ("1 Jan 100 00:00:00 Z", 946_684_800, 0),
    ("Wed, 17 Jul 1996 02:23:25 -0700 (PDT)", 837_595_405, -420),
    ("1 Jan 1999 12:00:00 EST", 915_210_000, -300),
    ("1 Jan 1999 12:00:00 A", 915_192_000, 0),
    ("1 Jan 1999 12:00:00 XYZ", 915_192_000, 0),
    ("1 Jan 1999 12:00:00", 915_192_000, 0),
    ("1 Jan 1999 12:00:60 +0000", 915_192_059, 0),
    ("Fri Nov 21 09:55:06 1997", 880_106_106, 0),
    ("Fri Nov 21 09:55:06 1997 -0600", 880_127_706, -360),
    ("Friday, 21-Nov-97 09:55:06 GMT", 880_106_106, 0),
    ("21 November 1997 09:55:06 +0000", 880_106_106, 0),
]

@Suite struct MailDateTests {
    @Test(arguments: dates) func reads(_ value: String, _ seconds: Int64, _ zone: Int) throws {
        let date = try #require(MailDate(parsing: Array(value.utf8)[...]))
        #expect(date.secondsSince1970 == seconds)
        #expect(date.zoneMinutes == zone)
    }

    @Test(arguments: [
        "", "hello", "31 Feb 2000 00:00:00 +0000", "29 Feb 1900 00:00 +0000", "0 Jan 2000 00:00 +0000",
        "1 Foo 2000 00:00 +0000", "1 Jan 2000 25:00 +0000", "1 Jan 2000", "1 Jan 99999999999999999999 00:00 +0000",
        "::::",
        "1 Jan 2000 00:00:99999999999999999999", "((((", "-9223372036854775808",
    ]) func refusesWhatIsNoDate(_ value: String) {
        #expect(MailDate(parsing: Array(value.utf8)[...]) == nil)
    }

    @Test func knowsThatTheZoneIsUnknown() throws {
        let unknown = try #require(MailDate(parsing: Array("1 Jan 1999 12:00:00 -0000".utf8)[...]))
        #expect(!unknown.isZoneKnown)
        #expect(unknown.description == "Fri, 1 Jan 1999 12:00:00 -0000")
        let known = try #require(MailDate(parsing: Array("1 Jan 1999 12:00:00 +0000".utf8)[...]))
        #expect(known.isZoneKnown)
    }

    @Test func writes() {
        #expect(
            MailDate(secondsSince1970: 880_127_706, zoneMinutes: -360).description == "Fri, 21 Nov 1997 09:55:06 -0600")
        #expect(MailDate(secondsSince1970: 0).description == "Thu, 1 Jan 1970 00:00:00 +0000")
        #expect(MailDate(secondsSince1970: -1, zoneMinutes: 330).description == "Thu, 1 Jan 1970 05:29:59 +0530")
    }

    @Test func readsWhatItWrites() throws {
        var generator = SeededGenerator(seed: 1)
        for _ in 0..<2_000 {
            let seconds = Int64.random(in: -60_000_000_000...200_000_000_000, using: &generator)
            let date = MailDate(secondsSince1970: seconds, zoneMinutes: Int.random(in: -720...840, using: &generator))
            let read = try #require(MailDate(parsing: Array(date.description.utf8)[...]))
            #expect(read == date)
        }
    }
}
