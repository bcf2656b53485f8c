import MailCore
import Testing

@testable import Lab

@Suite struct LabZoneTests {
    let hosts: [LabHost]

    init() throws { hosts = try #require(LabPlan(folder: "/tmp/lab", portBase: 20000)).hosts }

    @Test func domainPublishesWhatMailNeeds() {
        let zone = LabZone(of: hosts[0], more: [LabRecord(name: "key._domainkey", text: "v=DKIM1; p=abc")])
        #expect(zone.name == "correo.example")
        for line in [
            "$ORIGIN correo.example.", "@\tIN\tMX\t10 mail.correo.example.", "mail.correo.example.\tIN\tA\t127.0.1.1",
            "@\tIN\tTXT\t\"v=spf1 mx -all\"", "key._domainkey\tIN\tTXT\t\"v=DKIM1; p=abc\"",
        ] {
            #expect(zone.text.split(separator: "\n").contains { $0 == line }, "\(line)")
        }
    }

    @Test func reverseZones() throws {
        let zones = LabZone.reverseZones(of: hosts)
        #expect(zones.map(\.name) == ["1.0.127.in-addr.arpa"])
        #expect(
            zones[0].records.map(\.line) == ["1\tIN\tPTR\tmail.correo.example.", "2\tIN\tPTR\tmail.posta.example."])
    }

    @Test func longTextIsSplit() {
        let record = LabRecord(name: "@", text: String(repeating: "a", count: 300))
        #expect(
            record.data == "\"\(String(repeating: "a", count: 255))\" \"\(String(repeating: "a", count: 45))\"")
        #expect(LabRecord(name: "@", text: "").data == "\"\"")
        #expect(LabRecord(name: "@", text: "a\"b\\c\n;é").data == "\"a\\\"b\\\\c\\010;\\195\\169\"")
    }
}
