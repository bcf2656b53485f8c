import Testing

@testable import Lab

@Suite struct LabStateTests {
    @Test func passwordIsNotShown() throws {
        let host = try #require(LabPlan(folder: "/tmp/lab", portBase: 20000)?.hosts.first)
        let server = LabState.Server(host: host, configurationFile: "f", password: "hush")
        var dumped = ""
        dump(server, to: &dumped)
        #expect(!"\(server)\(String(reflecting: server))\(dumped)".contains("hush"))
    }
}
