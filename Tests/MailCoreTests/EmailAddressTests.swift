import MailCore
import Testing

@Suite struct EmailAddressTests {
    @Test(arguments: [
        ("ana@example.test", "ana@example.test"), ("\"ana\"@example.test", "ana@example.test"),
        ("\"a b\"@example.test", "\"a b\"@example.test"), ("\"a\\\"b\"@example.test", "\"a\\\"b\"@example.test"),
        ("\"a@b\"@example.test", "\"a@b\"@example.test"), ("user+tag@[192.0.2.1]", "user+tag@[192.0.2.1]"),
        ("josé@example.test", "josé@example.test"), ("\"\\a\"@example.test", "a@example.test"),
    ])
    func readsAndWrites(text: String, written: String) {
        #expect(EmailAddress(text)?.written == written)
    }

    @Test(arguments: [
        "", "@", "a@", "@b", "a", "a..b@c", ".a@c", "a.@c", "a b@c", "\"a@c", "\"a\"b@c", "\"\"@c", "a\r\n@c",
        "\"a\r\"@c",
        String(repeating: "a", count: 65) + "@c", "a@b@c", "<a@b>",
    ])
    func refuses(text: String) {
        #expect(EmailAddress(text) == nil)
    }

    @Test func lookupFoldsCase() {
        #expect(EmailAddress("Ana.B@EXAMPLE.test")?.lookupKey == "ana.b@example.test")
    }
}
