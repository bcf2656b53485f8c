import MailCore
import Testing

@testable import DNSClient

@Suite struct DNSNameTests {
    @Test(arguments: [
        ("Example.ORG", "example.org"), ("example.org.", "example.org"), ("_25._tcp.mx", "_25._tcp.mx"),
        ("a b.test", "a\\032b.test"), ("a\\b.test", "a\\092b.test"), ("ñ.test", "\\195\\177.test"),
        ("\"x\".test", "\\034x\\034.test"), ("a\0b.test", "a\\000b.test"), ("@.test", "\\064.test"),
    ])
    func isWrittenAsInZoneFiles(name: String, text: String) {
        #expect(DNSName(name)?.text == text)
    }

    @Test(arguments: [
        "", ".", "..", "a..b", ".a", String(repeating: "a", count: 64),
        [String](repeating: String(repeating: "a", count: 63), count: 4).joined(separator: "."),
    ])
    func isNoName(name: String) {
        #expect(DNSName(name) == nil)
    }

    @Test func longestName() {
        let labels = [String](repeating: String(repeating: "a", count: 63), count: 3)
        let name = (labels + [String(repeating: "a", count: 61)]).joined(separator: ".")
        #expect(DNSName(name)?.text == name)
        #expect(DNSName(name + "a") == nil)
    }

    @Test func reverseNames() {
        #expect(DNSName(reverseOf: address("192.0.2.1")).text == "1.2.0.192.in-addr.arpa")
        // The example of RFC 3596 §2.5.
        #expect(
            DNSName(reverseOf: address("4321:0:1:2:3:4:567:89ab")).text
                == "b.a.9.8.7.6.5.0.4.0.0.0.3.0.0.0.2.0.0.0.1.0.0.0.0.0.0.0.1.2.3.4.ip6.arpa")
    }

    @Test func literalIsNoName() {
        #expect(DNSName(domain("[192.0.2.1]")) == nil)
    }
}
