import MailCore
import Testing

@testable import SMTP

@Suite struct PathParserTests {
    private static let x64 = String(repeating: "x", count: 64)
    private static let label63 = String(repeating: "d", count: 63)

    /// Written, and what it means.
    static let good: [(written: String, meaning: String)] = [
        ("<a@b.example>", "a@b.example"),
        ("<A@B.EXAMPLE>", "A@b.example"),
        ("a@b.example", "a@b.example"),
        ("<@one.example,@two.example:joe@three.example>", "joe@three.example"),
        ("<@[192.0.2.1]:joe@three.example>", "joe@three.example"),
        ("<\"Joe Q. Public\"@b.example>", "\"Joe Q. Public\"@b.example"),
        ("<\"Joe\\,Smith\"@b.example>", "\"Joe,Smith\"@b.example"),
        ("<\"a@b>c\"@b.example>", "\"a@b>c\"@b.example"),
        ("<\"simple\"@b.example>", "simple@b.example"),
        ("<\"a\\\"b\\\\c\"@b.example>", "\"a\\\"b\\\\c\"@b.example"),
        ("<a@[192.0.2.1]>", "a@[192.0.2.1]"),
        ("<a@[IPv6:2001:db8:0:0::1]>", "a@[IPv6:2001:db8::1]"),
        ("<a@[ipv6:::1]>", "a@[IPv6:::1]"),
        ("<!#$%&'*+-/=?^_`{|}~@b.example>", "!#$%&'*+-/=?^_`{|}~@b.example"),
        ("<a..b.@b.example>", "\"a..b.\"@b.example"),
        ("<\(x64)@b.example>", "\(x64)@b.example"),
        ("<user+tag@b.example>", "user+tag@b.example"),
        ("<дима@пример.example>", "дима@xn--e1afmkfd.example"),
        ("<a@\(label63).example>", "a@\(label63).example"),
    ]

    @Test(arguments: good.indices) func reads(_ index: Int) throws {
        let (written, meaning) = PathParserTests.good[index]
        for kind in [PathParser.Kind.sender, .recipient] {
            var cursor = OctetCursor(Array("\(written) X=1".utf8))
            let path = try PathParser.path(&cursor, kind)
            guard case .address(let address) = path.content else {
                Issue.record("\(written)")
                return
            }
            #expect(address.written == meaning)
            #expect(cursor.peek == 0x20)
            #expect(path.charset == (written.utf8.allSatisfy { $0 < 0x80 } ? .ascii : .utf8))
        }
    }

    static let bad: [String] = [
        "<", "<a", "<a@", "<a@>", "<@>", "<@b.example>", "<@b.example:>", "<@b.example:a@c.example",
        "<@b.example,:a@c.example>",
        "<a@b.example.>", "<a b@c.example>", "<a@b example>", "<a@b.example", "a@b.example>", "<a@b@c.example>",
        "<a@-b.example>",
        "<a@b-.example>",
        "<a@b..example>", "<a@.b.example>", "<a@[192.0.2.256]>", "<a@[192.0.2.1>", "<a@[IPv6:xyz]>", "<a@[x400:c=us]>",
        "<\"a@b.example>", "<\"a\"b@b.example>", "<a\"b\"@b.example>", "<\"a\\", "<(c)a@b.example>", "<a,b@c.example>",
        "<<a@b.example>>", "<a@b.example>>", "<a@b.example>x", "<\(x64)x@b.example>", "<a@\(label63)d.example>",
        "<a@\(Array(repeating: label63, count: 4).joined(separator: ".")).example>", "<joe>", "<\"\"@b.example>",
        "<a@b_c!.example>",
        "<\u{7f}@b.example>", "<a\t@b.example>",
    ]

    @Test(arguments: bad) func refuses(_ written: String) {
        for kind in [PathParser.Kind.sender, .recipient] {
            var cursor = OctetCursor(Array(written.utf8))
            #expect(throws: SMTPCommandError.self) { _ = try PathParser.path(&cursor, kind) }
        }
    }

    @Test func readsWhatHasNoAddress() throws {
        var cursor = OctetCursor(Array("<>".utf8))
        #expect(try PathParser.path(&cursor, .sender).content == .empty)
        cursor = OctetCursor(Array("<pOstMaster>".utf8))
        #expect(try PathParser.path(&cursor, .recipient).content == .postmaster)
        cursor = OctetCursor(Array("<Postmaster>".utf8))
        #expect(throws: SMTPCommandError.self) { _ = try PathParser.path(&cursor, .sender) }
    }

    /// Long paths are told by what is long.
    @Test func saysWhatIsTooLong() {
        var cursor = OctetCursor(Array("<\(PathParserTests.x64)x@b.example>".utf8))
        let error = #expect(throws: SMTPCommandError.self) { _ = try PathParser.path(&cursor, .recipient) }
        #expect(error?.reply.description == "501 5.1.3 Bad recipient address: the local part is longer than 64 octets")
        let domain = Array(repeating: "d123456789", count: 20).joined(separator: ".")
        cursor = OctetCursor(Array("<\(PathParserTests.x64)@\(domain).example>".utf8))
        let pathError = #expect(throws: SMTPCommandError.self) { _ = try PathParser.path(&cursor, .sender) }
        #expect(pathError?.reply.description == "501 5.1.7 Bad sender address: the path is longer than 256 octets")
    }
}
