import Testing

@testable import SMTP

@Suite struct UTCDateTimeTests {
    @Test(arguments: [
        ("1970-01-01T00:00:00Z", 0), ("2000-02-29T12:00:00Z", 951_825_600), ("2027-01-15T08:00:00Z", 1_800_000_000),
        ("2027-01-15t09:30:00.25+01:30", 1_800_000_000), ("2027-01-15T00:00:00-08:00", 1_800_000_000),
        ("9999-12-31T23:59:59Z", 253_402_300_799), ("1960-01-01T00:00:00Z", -315_619_200),
    ])
    func datesAreRead(_ text: String, _ seconds: Int64) {
        #expect(UTCDateTime.parse(Array(text.utf8)[...]) == seconds)
    }

    @Test(arguments: [
        "", "2027-01-15", "2027-01-15T08:00:00", "2027-13-15T08:00:00Z", "2027-00-15T08:00:00Z", "2027-01-32T08:00:00Z",
        "2027-02-29T08:00:00Z", "2027-01-15T24:00:00Z", "2027-01-15T08:60:00Z", "2027-01-15T08:00:61Z",
        "2027-01-15T08:00:00.Z", "2027-01-15T08:00:00Z ", "2027-01-15T08:00:00+1:00", "0000-00-00T00:00:00Z",
        "2027-01-15T08:00:00+24:00", "+027-01-15T08:00:00Z",
    ])
    func othersAreNot(_ text: String) {
        #expect(UTCDateTime.parse(Array(text.utf8)[...]) == nil)
    }

    @Test func whatIsWrittenIsReadAgain() {
        for seconds in stride(from: Int64(0), through: 253_402_300_799, by: 86_399_777) {
            let text = UTCDateTime.write(seconds)
            #expect(UTCDateTime.parse(Array(text.utf8)[...]) == seconds, "\(text)")
        }
        #expect(UTCDateTime.write(1_800_000_000) == "2027-01-15T08:00:00Z")
    }
}
