import InternetMessage
import Testing

/// `name <local|domain>`, with the route before the local part; groups in braces.
private func render(_ items: [AddressListItem]) -> String {
    items.map { item in
        switch item {
        case .groupStart(let name): return "{\(text(name))"
        case .groupEnd: return "}"
        case .address(let address):
            let name = address.displayName.map { text($0) + " " } ?? ""
            let route = address.route.map { text($0) + ":" } ?? ""
            return "\(name)<\(route)\(text(address.localPart))|\(text(address.domain))>"
        }
    }.joined(separator: " ")
}

private let rfc5322: [(String, String)] = [
    ("John Doe <jdoe@machine.example>", "John Doe <jdoe|machine.example>"),
    ("\"Joe Q. Public\" <john.q.public@example.com>", "Joe Q. Public <john.q.public|example.com>"),
    (
        "Mary Smith <mary@x.test>, jdoe@example.org, Who? <one@y.test>",
        "Mary Smith <mary|x.test> <jdoe|example.org> Who? <one|y.test>"
    ),
    (
        "<boss@nil.test>, \"Giant; \\\"Big\\\" Box\" <sysservices@example.net>",
        "<boss|nil.test> Giant; \"Big\" Box <sysservices|example.net>"
    ),
    (
        "A Group:Ed Jones <c@a.test>,joe@where.test,John <jdoe@one.test>;",
        "{A Group Ed Jones <c|a.test> <joe|where.test> John <jdoe|one.test> }"
    ),
    ("Undisclosed recipients:;", "{Undisclosed recipients }"),
    (
        "Pete(A nice \\) chap) <pete(his account)@silly.test(his host)>",
        "Pete <pete|silly.test>"
    ),
    (
        "A Group(Some people)\r\n     :Chris Jones <c@(Chris's host.)public.example>,\r\n         joe@example.org,\r\n"
            + "  John <jdoe@one.test> (my dear friend); (the end of the group)",
        "{A Group Chris Jones <c|public.example> <joe|example.org> John <jdoe|one.test> }"
    ),
    ("(Empty list)(start)Hidden recipients  :(nobody(that I know))  ;", "{Hidden recipients }"),
    ("Joe Q. Public <john.q.public@example.com>", "Joe Q. Public <john.q.public|example.com>"),
    (
        "Mary Smith <@node.test:mary@example.net>, , jdoe@test  . example",
        "Mary Smith <@node.test:mary|example.net> <jdoe|test.example>"
    ),
    ("John Doe <jdoe@machine(comment).  example>", "John Doe <jdoe|machine.example>"),
    ("\"much more\" . unusual@x.test", "<much more.unusual|x.test>"),
    ("\"a@b\"@c.test", "<a@b|c.test>"),
    ("jdoe@[192.0.2.1], a@[IPv6:::1]", "<jdoe|[192.0.2.1]> <a|[IPv6:::1]>"),
    ("j d o e @ x . test", "<jdoe|x.test>"),
    ("root@x.test (Charlie Root)", "Charlie Root <root|x.test>"),
    ("Gro\u{DF}e Stra\u{DF}e <stra\u{DF}e@stra\u{DF}e.test>", "Große Straße <straße|straße.test>"),
]

private let broken: [(String, String)] = [
    // RFC 7103 §7.1
    ("<@example.net:fran@example.com>", "<@example.net:fran|example.com>"),
    ("<<<user2@example.org>>>", "<user2|example.org>"),
    ("<another@example.net", "<another|example.net>"),
    ("second@example.org>", "<second|example.org>"),
    ("(Testing <fran@example.com>", "Testing <fran|example.com>"),
    ("Testing) <sam@example.com>", "Testing) <sam|example.com>"),
    ("<third@example.net, fourth@example.net>", "<third|example.net> <fourth|example.net>"),
    ("\"Joe <joe@example.com>", "Joe <joe|example.com>"),
    ("Joe", "<Joe|>"),
    ("John Smith", "John Smith <|>"),
    // What else is seen
    ("joe@a.test <joe@b.test>", "joe@a.test <joe|b.test>"),
    ("a@b@c.test", "<a@b|c.test>"),
    ("<a@b@c.test>", "<a@b|c.test>"),
    ("a@x.test b@y.test", "<a|x.test> <b|y.test>"),
    ("a@x.test b", "<a|x.test>"),
    ("<a@x.test> <b@y.test>", "<a|x.test> <b|y.test>"),
    ("<a@x.test> junk, <b@y.test>", "<a|x.test> <b|y.test>"),
    ("<>", ""),
    ("Name <>", "Name <|>"),
    ("", ""),
    (" \r\n ", ""),
    (",,;,:,", ""),
    ("@x.test", "<|x.test>"),
    ("a@", "<a|>"),
    ("g:a@x.test", "{g <a|x.test> }"),
    ("g:h:a@x.test;", "{g <h:a|x.test> }"),
    ("a;b@x.test", "<a|> <b|x.test>"),
    ("=?utf-8?q?J=C3=BCrgen?= <j@x.test>", "=?utf-8?q?J=C3=BCrgen?= <j|x.test>"),
    ("\"a\\", "<a\\|>"),
    ("a\0b@x.test", "<a\0b|x.test>"),
]

@Suite struct AddressListParserTests {
    @Test(arguments: rfc5322) func readsTheGrammar(_ value: String, _ expected: String) {
        #expect(render(AddressListParser.parse(Array(value.utf8)[...])) == expected)
    }

    @Test(arguments: broken) func readsWhatIsBrokenAsItWasMeant(_ value: String, _ expected: String) {
        #expect(render(AddressListParser.parse(Array(value.utf8)[...])) == expected)
    }

    @Test(arguments: rfc5322 + broken) func takesEveryPrefix(_ value: String, _: String) {
        let octets = Array(value.utf8)
        for end in octets.indices { _ = AddressListParser.parse(octets[..<end]) }
    }

    /// Each of these would take hours if the time grew with the square of the length.
    @Test(arguments: ["(", "\"", "<", "<@", "<@(", "(\"<", "a@", "a:", ";", ",", "\\", "@(", "a@b(", "<\"", "[", "a@["])
    func staysLinear(_ piece: String) {
        let octets = Array(String(repeating: piece, count: 200_000).utf8)
        #expect(AddressListParser.parse(octets[...], limit: 10_000).count <= 10_001)
    }

    @Test func takesNestedComments() {
        let depth = 100_000
        let value = String(repeating: "(", count: depth) + String(repeating: ")", count: depth) + " a@x.test"
        let items = AddressListParser.parse(Array(value.utf8)[...])
        #expect(items.count == 1)
    }

    @Test func keepsTheLimit() {
        let octets = Array(String(repeating: "a@x.test,", count: 1_000).utf8)
        #expect(AddressListParser.parse(octets[...], limit: 10).count == 10)
    }

    @Test func makesText() throws {
        let items = AddressListParser.parse(Array("=?utf-8?q?J=C3=BCrgen?= <j@x.test>".utf8)[...])
        guard case .address(let address) = try #require(items.first) else { return }
        #expect(address.displayText == "Jürgen")
        #expect(address.addressText == "j@x.test")
    }
}
