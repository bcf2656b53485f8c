import FoundationEssentials
import MailCore
import Testing

@testable import ServerConfiguration

@Suite struct ConfigurationTemplateTests {
    static var template: ConfigurationTemplate {
        guard let hostname = Domain("mail.example.test") else { preconditionFailure("a host name") }
        return ConfigurationTemplate(hostname: hostname, portBase: 20000, localLogin: .tlsOnly)
    }

    @Test(arguments: [ConfigurationTemplate.LocalLogin.tlsOnly, .plaintextAllowed], [0, 20000])
    func whatInitWritesIsRight(login: ConfigurationTemplate.LocalLogin, base: Int) throws {
        let folder = try TemporaryFolder()
        try FileManager.default.createDirectory(atPath: "\(folder.path)/tls", withIntermediateDirectories: true)
        folder.write("c", to: "tls/cert.pem")
        folder.write("k", to: "tls/key.pem")
        let hostname = try #require(Domain("mail.example.test"))
        let template = ConfigurationTemplate(hostname: hostname, portBase: base, localLogin: login)
        let configuration = try Configuration.parse(template.text, file: "\(folder.path)/paloma.toml")
        let ports = configuration.listeners.map(\.place.description)
        #expect(ports == [25, 587, 465, 24, 143, 993, 110, 995, 80, 443].map { "127.0.0.1:\($0 + base)" })
        #expect(
            configuration.listeners.contains { $0.servedProtocol != .http && $0.authWithoutTLS.isAllowed }
                == (login == .plaintextAllowed))
        #expect(configuration.limits == LimitsConfiguration())
        #expect(configuration.dns == DNSConfiguration())
        #expect(configuration.outbound == OutboundConfiguration())
        #expect(configuration.queue == QueueConfiguration())
        #expect(configuration.login == LoginConfiguration())
        #expect(configuration.submission == SubmissionConfiguration())
    }

    @Test func anotherPlace() throws {
        let folder = try TemporaryFolder()
        try FileManager.default.createDirectory(atPath: "\(folder.path)/tls", withIntermediateDirectories: true)
        folder.write("c", to: "tls/cert.pem")
        folder.write("k", to: "tls/key.pem")
        var template = Self.template
        template.address = IPAddress("127.0.1.2")
        template.nameServers = ["127.0.0.1:20053", "[::1]:53"].compactMap { SocketEndpoint($0, defaultPort: 53) }
        template.outboundPort = 20025
        template.sourceAddresses = [try #require(IPAddress("127.0.1.1"))]
        let configuration = try Configuration.parse(template.text, file: "\(folder.path)/paloma.toml")
        #expect(configuration.listeners.allSatisfy { $0.place.description.hasPrefix("127.0.1.2:") })
        #expect(configuration.dns.servers == template.nameServers)
        #expect(configuration.outbound.port == 20025)
        #expect(configuration.outbound.sourceAddresses == template.sourceAddresses)
    }

    @Test func linesAreNotTooLong() {
        for line in Self.template.text.split(separator: "\n") {
            #expect(line.count <= 120)
        }
    }
}
