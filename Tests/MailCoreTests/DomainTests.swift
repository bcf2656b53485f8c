import MailCore
import Testing

@Suite struct DomainTests {
    @Test(arguments: [
        ("example.test", "example.test"), ("EXAMPLE.Test.", "example.test"),
        ("münchen.example", "xn--mnchen-3ya.example"),
        ("ESPAÑA.example", "xn--espaa-rta.example"), ("[192.0.2.1]", "[192.0.2.1]"),
        ("[ipv6:2001:DB8::1]", "[IPv6:2001:db8::1]"), ("a-b.c", "a-b.c"), ("localhost", "localhost"),
        ("_dmarc.example.test", "_dmarc.example.test"),
    ])
    func reads(text: String, ascii: String) {
        #expect(Domain(text)?.ascii == ascii)
    }

    @Test(arguments: [
        "", ".", "..", "a..b", ".a", "-a.b", "a-.b", "a b", "a@b", "[300.1.1.1]", "[IPv6:zz]", "[", "[]", "a\0b",
        "a\r\nb",
        String(repeating: "a", count: 64) + ".b", String(repeating: "a.", count: 130) + "b", "ex_\u{7f}.b",
        "\u{202e}.b",
    ])
    func refuses(text: String) {
        #expect(Domain(text) == nil)
    }

    @Test func showsULabels() {
        #expect(Domain("xn--mnchen-3ya.example")?.unicode == "münchen.example")
        #expect(Domain("example.test")?.unicode == "example.test")
    }
}
