import FoundationEssentials
import MailCore
import Testing

@testable import ServerConfiguration

/// A folder that is gone after the test.
struct TemporaryFolder: ~Copyable {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.path + "/paloma-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func write(_ text: String, to name: String) {
        _ = FileManager.default.createFile(atPath: "\(path)/\(name)", contents: Data(text.utf8))
    }
}

@Suite struct ConfigurationTests {
    static let smallest = """
        hostname = "mail.example.test"
        [[listener]]
        protocol = "smtp"
        address = "127.0.0.1"
        tls = "none"
        """

    @Test func smallestFileHasDefaults() throws {
        let configuration = try Configuration.parse(Self.smallest, file: "/etc/paloma/paloma.toml")
        #expect(configuration.hostname.ascii == "mail.example.test")
        #expect(configuration.dataDirectory == "/etc/paloma/data")
        #expect(configuration.controlSocketPath == "/etc/paloma/data/control.sock")
        #expect(configuration.listeners.map(\.place.description) == ["127.0.0.1:25"])
        #expect(configuration.limits.messageSizeBytesMax == 52_428_800)
        #expect(configuration.outbound.port == 25)
        #expect(configuration.outbound.relay == nil)
        #expect(configuration.log.format == .human)
        #expect(configuration.log.level == .info)
        #expect(configuration.tls == nil)
        #expect(configuration.dns == DNSConfiguration())
    }

    @Test func everythingIsRead() throws {
        let folder = try TemporaryFolder()
        folder.write("c", to: "cert.pem")
        folder.write("k", to: "key.pem")
        folder.write("d", to: "root.key")
        let text = """
            hostname = "Mail.Example.TEST"
            data = "/srv/mail/"
            tls = { certificate = "cert.pem", key = "./key.pem" }
            dns = { servers = ["127.0.0.1:5353", "::1", "[::1]:5353"], trust_anchors = ["root.key"], timeout = 5 }
            [outbound]
            relay = "smtp://ana%40example.test:s%3Acret@relay.example.test:2525"
            port = 20025
            source_addresses = ["192.0.2.25", "2001:db8::25"]
            [limits]
            message_size_max = "10 MB"
            recipients_max = 200
            [log]
            format = "json"
            level = "debug"
            [[listener]]
            protocol = "pop3"
            address = "127.0.0.1"
            tls = "none"
            auth_without_tls = true
            [[listener]]
            protocol = "pop3"
            address = "0.0.0.0"
            port = 1100
            tls = "none"
            auth_without_tls = "forced"
            [[listener]]
            protocol = "lmtp"
            path = "lmtp.sock"
            """
        let configuration = try Configuration.parse(text, file: "\(folder.path)/paloma.toml")
        #expect(configuration.hostname.ascii == "mail.example.test")
        #expect(configuration.dataDirectory == "/srv/mail")
        #expect(configuration.tls?.keyPath == "\(folder.path)/key.pem")
        #expect(configuration.dns.servers.map(\.description) == ["127.0.0.1:5353", "[::1]:53", "[::1]:5353"])
        #expect(configuration.dns.trustAnchorPaths == ["\(folder.path)/root.key"])
        #expect(configuration.dns.lookupSecondsMax == 5)
        #expect(configuration.outbound.relay?.credentials?.user == "ana@example.test")
        #expect(configuration.outbound.relay?.credentials?.password == "s:cret")
        #expect(configuration.outbound.relay?.port == 2525)
        #expect(configuration.outbound.sourceAddresses.map(\.text) == ["192.0.2.25", "2001:db8::25"])
        #expect(configuration.limits.messageSizeBytesMax == 10_000_000)
        #expect(configuration.listeners.map(\.authWithoutTLS) == [.loopback, .forced, .refused])
        #expect(configuration.listeners.map(\.line) == [15, 20, 26])
        #expect(configuration.listeners[2].place == .path("\(folder.path)/lmtp.sock"))
    }

    @Test func passwordOfRelayIsNeverShown() throws {
        let relay = try #require(RelayConfiguration(url: "smtps://ana:hush@relay.example.test"))
        #expect(relay.port == 465)
        #expect(!"\(relay)".contains("hush"))
        #expect(!String(reflecting: relay).contains("hush"))
        var dumped = ""
        dump(relay, to: &dumped)
        #expect(!dumped.contains("hush"))
    }

    @Test(arguments: [
        "", "relay.example.test", "http://relay", "smtp://", "smtp://user@host", "smtp://u:p@host:0", "smtp://u:%4@h",
        "smtp://u:%zz@h", "smtp://:p@h", "smtp://h:25:26", "smtp://h:99999",
    ])
    func badRelays(url: String) {
        #expect(RelayConfiguration(url: url) == nil)
    }

    @Test func missingFileSaysWhatToDo() {
        let error = #expect(throws: ConfigurationError.self) {
            try Configuration.load(file: "/nowhere/paloma.toml")
        }
        #expect(error?.description.contains("paloma init") == true)
    }

    @Test(arguments: [("7", 7), ("50 MiB", 52_428_800), ("50mb", 50_000_000), ("1K", 1024), ("2 GiB", 2 << 30)])
    func sizes(text: String, octets: Int) {
        #expect(ByteSize.parse(text) == octets)
    }

    @Test(arguments: ["", "MiB", "-1", "1.5 MiB", "5 parsecs", "99999999999999 TiB", "٣"])
    func badSizes(text: String) {
        #expect(ByteSize.parse(text) == nil)
    }

    @Test(arguments: [
        ("127.0.0.1", true), ("127.9.9.9", true), ("::1", true), ("::ffff:127.0.0.1", true), ("0.0.0.0", false),
        ("192.0.2.1", false), ("::", false), ("::ffff:192.0.2.1", false), ("2001:db8::1", false),
    ])
    func loopback(text: String, isLoopback: Bool) throws {
        #expect(try #require(IPAddress(text)).isLoopback == isLoopback)
    }
}
