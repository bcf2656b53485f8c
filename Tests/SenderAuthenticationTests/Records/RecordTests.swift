import Testing

@testable import SenderAuthentication

@Suite struct RecordTests {
    @Test func spf() {
        #expect(SPFRecord.ownHosts.text == "v=spf1 mx ~all")
        #expect(
            SPFRecord("v=spf1 MX +a:Mail.test ip4:192.0.2.1 ?all -ip6:2001:db8::/32 exp=x.test")?.passes == [
                "mx", "a:mail.test", "ip4:192.0.2.1",
            ])
        #expect(SPFRecord("v=spf1 redirect=_spf.example.com")?.redirect == "_spf.example.com")
        #expect(SPFRecord("v=spf10 mx") == nil)
        #expect(SPFRecord("v=DMARC1; p=none") == nil)
        #expect(SPFRecord("") == nil)
    }

    @Test func dmarc() {
        #expect(
            DMARCRecord(policy: .none, reportsTo: ["mailto:a@b.test"]).text == "v=DMARC1; p=none; rua=mailto:a@b.test")
        #expect(DMARCRecord("v=DMARC1;p=Reject;rua=mailto:a@b.test, mailto:c@d.test;")?.reportsTo.count == 2)
        #expect(DMARCRecord("v=DMARC1; p=quarantine")?.policy == .quarantine)
        for text in ["v=DMARC1", "p=none; v=DMARC1", "v=DMARC1; p=perhaps", "v=DMARC2; p=none", ""] {
            #expect(DMARCRecord(text) == nil, "\(text)")
        }
    }

    @Test func stringsOfZoneFiles() {
        #expect(CharacterStrings.zoneFileText("a \"b\" \\ é") == "\"a \\\"b\\\" \\\\ \\195\\169\"")
        #expect(CharacterStrings.zoneFileText("") == "\"\"")
        let long = String(repeating: "a", count: 300)
        #expect(CharacterStrings.split(long).map(\.count) == [255, 45])
        #expect(CharacterStrings.zoneFileText(long).contains("a\" \"a"))
    }
}

@Suite struct TagListTests {
    static let table: [(String, [String]?)] = [
        ("v=1; a=b", ["v=1", "a=b"]),
        (" v = 1 ;\r\n\ta=b c ; ", ["v=1", "a=b c"]),
        ("a=;b_2==", ["a=", "b_2=="]),
        ("a=1;;b=2", nil),
        ("a=1; a=2", nil),
        ("a", nil),
        ("=1", nil),
        ("1a=1", nil),
        ("a b=1", nil),
        ("a=\u{1}", nil),
        ("", []),
    ]

    @Test(arguments: table) func lists(_ text: String, _ tags: [String]?) {
        #expect(TagList(octets(text))?.tags.map { "\($0.name)=\($0.value)" } == tags)
    }
}
