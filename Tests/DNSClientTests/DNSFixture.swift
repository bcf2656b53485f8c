import DNSTestSupport
import MailCore

@testable import DNSClient

/// One server with the zones of all tests, and clients that ask it.
enum DNSFixture {
    static let server: Result<NSDServer, any Error> = Result { try NSDServer(zones: zones) }

    private static let zones: [TestZone] = [
        TestZone(
            "correo.test",
            records: """
                @ 120 IN MX 20 mx2
                @ 120 IN MX 10 mx1
                @ 120 IN MX 10 mx0.correo.test.
                @ IN TXT "v=spf1 mx -all"
                @ IN TXT "one " "two" " three"
                mx0 IN A 192.0.2.1
                mx1 IN A 192.0.2.2
                mx1 IN A 192.0.2.3
                mx1 IN AAAA 2001:db8::2
                six IN AAAA 2001:db8::6
                alias IN CNAME step
                step IN CNAME mx1
                loop IN CNAME pool
                pool IN CNAME loop
                lost IN CNAME nowhere
                outward IN CNAME mail.posta.test.
                nullmx IN MX 0 .
                dangling IN MX 5 gone
                long IN TXT "\(String(repeating: "a", count: 255))" "\(String(repeating: "b", count: 255))" "c"
                odd IN MX 10 mail_host
                odd IN MX 20 bad\\032host
                odd IN MX 30 dot\\.dot
                odd IN MX 40 -hyphen
                hopeless IN MX 10 bad\\032host
                with\\032space IN TXT "found"
                tlsa-less IN A 192.0.2.9
                many \(many)
                """),
        TestZone("posta.test", records: "@ IN MX 10 mail\nmail IN A 192.0.2.44\n"),
        TestZone(
            "signed.test", .signed,
            records: """
                @ IN MX 10 mail
                mail IN A 192.0.2.50
                mail IN AAAA 2001:db8::50
                _25._tcp.mail IN TLSA 3 1 1 \(String(repeating: "ab", count: 32))
                _26._tcp.mail IN TLSA 7 9 9 00
                alias IN CNAME mail
                out IN CNAME mail.posta.test.
                """),
        TestZone(
            "broken.test", .tampered("192.0.2.70", with: "192.0.2.71"),
            records: "@ IN MX 10 mail\nmail IN A 192.0.2.70\nmail IN AAAA 2001:db8::70\n"),
        TestZone("failing.test", .missing),
        TestZone("2.0.192.in-addr.arpa", records: "1 IN PTR mx0.correo.test.\n2 IN PTR odd\\032name.correo.test.\n"),
        TestZone(
            "8.b.d.0.1.0.0.2.ip6.arpa",
            records: "2.\(String(repeating: "0.", count: 22))0 IN PTR mx1.correo.test.\n"),
        TestZone("127.in-addr.arpa", records: "2.0.0 IN PTR mail.correo.test.\n"),
        TestZone("10.in-addr.arpa", records: "1.0.0 IN PTR inside.correo.test.\n"),
    ]

    private static var many: String {
        (0..<50).map { "IN MX \(49 - $0) host\($0)" }.joined(separator: "\nmany ")
    }

    /// Believes the keys of the signed zones.
    static func client(seconds: Double = 10) throws -> DNSClient {
        let server = try server.get()
        return try DNSClient(
            configuration: DNSClientConfiguration(
                servers: .these([try server.endpoint]), trustAnchors: .files(server.trustAnchorFiles),
                lookupSecondsMax: seconds))
    }
}

/// A domain that is one.
func domain(_ text: String) -> Domain {
    guard let domain = Domain(text) else { preconditionFailure("\(text) is no domain") }
    return domain
}

/// A name that is one.
func name(_ text: String) -> DNSName {
    guard let name = DNSName(text) else { preconditionFailure("\(text) is no name") }
    return name
}

/// An address that is one.
func address(_ text: String) -> IPAddress {
    guard let address = IPAddress(text) else { preconditionFailure("\(text) is no address") }
    return address
}
