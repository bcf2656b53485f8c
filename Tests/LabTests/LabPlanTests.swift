import MailCore
import Testing

@testable import Lab

@Suite struct LabPlanTests {
    @Test func everythingHasAPlaceOfItsOwn() throws {
        let plan = try #require(LabPlan(folder: "/tmp/lab", portBase: 20000))
        #expect(plan.hosts.map(\.hostname.ascii) == ["mail.correo.example", "mail.posta.example"])
        #expect(plan.hosts.map(\.address.text) == ["127.0.1.1", "127.0.1.2"])
        #expect(plan.hosts.allSatisfy { $0.address.isLoopback })
        #expect(plan.nameServer.description == "127.0.0.1:20053")
        #expect(plan.smtpPort == 20025)
        #expect(plan.configurationFile(of: plan.hosts[0]) == "/tmp/lab/correo.example/paloma.toml")
    }

    @Test(arguments: [-1, 0, 1023, 64_001, 65_536])
    func badBases(base: Int) {
        #expect(LabPlan(folder: "/tmp/lab", portBase: base) == nil)
    }
}

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

@Suite struct SendingDialogueTests {
    @Test func dotsAreStuffed() {
        #expect(SendingDialogue.stuffedLines(Array("a\r\n.b\r\n..\r\n\r\n".utf8)) == ["a", "..b", "...", ""])
    }

    @Test func queueID() {
        #expect(SendingDialogue.queueID(["2.0.0 Ok: queued as AB12-x."]) == "AB12-x")
        #expect(SendingDialogue.queueID(["2.0.0 Ok"]) == nil)
        #expect(SendingDialogue.queueID(["queued as"]) == nil)
        #expect(SendingDialogue.queueID([]) == nil)
    }
}

@Suite struct LabStateTests {
    @Test func passwordIsNotShown() throws {
        let host = try #require(LabPlan(folder: "/tmp/lab", portBase: 20000)?.hosts.first)
        let server = LabState.Server(host: host, configurationFile: "f", password: "hush")
        var dumped = ""
        dump(server, to: &dumped)
        #expect(!"\(server)\(String(reflecting: server))\(dumped)".contains("hush"))
    }
}
