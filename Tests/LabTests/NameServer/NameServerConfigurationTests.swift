import MailCore
import Testing

@testable import Lab

@Suite struct NameServerConfigurationTests {
    @Test func signedZonesAreReadFromTheirSignedFiles() throws {
        let configuration = NameServerConfiguration(
            endpoint: try #require(SocketEndpoint("127.0.0.1:20053", defaultPort: 53)), folder: "/tmp/lab/dns",
            zones: [LabZone(name: "correo.example", records: []), LabZone(name: "posta.example", records: [])],
            signed: ["correo.example"])
        #expect(configuration.text.contains("ip-address: 127.0.0.1@20053\n"))
        #expect(configuration.text.contains("name: correo.example\n  zonefile: correo.example.zone.signed\n"))
        #expect(configuration.text.contains("name: posta.example\n  zonefile: posta.example.zone\n"))
    }
}
