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
