import MailCore
import ServerConfiguration
import Testing

@testable import RemoteDelivery

@Suite struct RouterTests {
    private static func configuration() throws -> OutboundConfiguration {
        let text = """
            hostname = "mail.example.test"
            data = "data"
            [outbound]
            tls = "required"
            [[route]]
            recipients = ["partner.test"]
            relay = ""
            tls = "verified"
            [[route]]
            recipients = [".test"]
            senders = ["ana@example.test"]
            relay = "smtp://ana-relay.test:2525"
            [[route]]
            senders = ["example.test"]
            relay = "smtps://relay.test"
            [[listener]]
            protocol = "smtp"
            address = "127.0.0.1"
            port = 25
            tls = "none"
            """
        return try Configuration.parse(text, file: "paloma.toml").outbound
    }

    /// (to, from, where to); the first rule that fits decides.
    static let ways: [(String, String, String)] = [
        ("partner.test", "ana@example.test", "partner.test verified"),
        ("sub.partner.test", "ana@example.test", "[ana-relay.test]:2525 required"),
        ("far.example", "ana@example.test", "[relay.test]:465 required"),
        ("far.test", "ben@example.test", "[relay.test]:465 required"),
        ("far.test", "ben@other.test", "far.test required"),
        ("far.test", "", "far.test required"),
    ]

    @Test(arguments: ways) func theFirstRuleDecides(_ domain: String, _ sender: String, _ expected: String) throws {
        let router = Router(try Self.configuration())
        let from = EmailAddress(sender).map(ReversePath.address) ?? .null
        let route = router.route(to: try #require(Domain(domain)), from: from)
        #expect("\(route.hop) \(route.tls)" == expected)
        #expect(router.route(to: try #require(Domain(domain)), from: from, requireTLS: .required) != route)
    }

    @Test func withoutRulesTheDomainsServersAreMeant() throws {
        let far = try #require(Domain("far.test"))
        #expect(Router(OutboundConfiguration()).route(to: far, from: .null) == Route(.exchangers(of: far)))
    }
}

@Suite struct OwnAddressesTests {
    private static func endpoint(_ text: String) throws -> SocketEndpoint {
        try #require(SocketEndpoint(text, defaultPort: 25))
    }

    /// (an endpoint, whether this server listens there).
    static let endpoints: [(String, Bool)] = [
        ("192.0.2.1:25", true), ("192.0.2.1:2525", false), ("192.0.2.2:25", false), ("127.0.0.1:2525", true),
        ("127.0.0.9:2525", true), ("[::1]:2525", true), ("198.51.100.7:2525", false), ("127.0.0.1:25", false),
    ]

    @Test(arguments: endpoints) func itselfIsKnown(_ text: String, _ isOwn: Bool) throws {
        let own = OwnAddresses(listeners: [try Self.endpoint("192.0.2.1:25"), try Self.endpoint("0.0.0.0:2525")])
        #expect(own.contains(try Self.endpoint(text)) == isOwn)
    }
}
