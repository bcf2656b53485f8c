import Testing

@testable import SenderAuthentication

@Suite struct HeaderFieldsTests {
    /// (field, simple, relaxed): RFC 6376 §3.4.5.
    static let table: [(String, String, String)] = [
        ("A: X\r\n", "A: X", "a:X"),
        ("B : Y\t\r\n\tZ  \r\n", "B : Y\t\r\n\tZ  ", "b:Y Z"),
        ("SUBJect: AbC\r\n", "SUBJect: AbC", "subject:AbC"),
        ("X:\r\n", "X:", "x:"),
        ("X: \t \r\n \r\n", "X: \t \r\n ", "x:"),
        ("X:a\r\n\r\nbody: b\r\n", "X:a", "x:a"),
    ]

    @Test(arguments: table) func formsOfTheRFC(_ text: String, _ simple: String, _ relaxed: String) throws {
        let field = try #require(HeaderFields(octets(text)).fields.first)
        #expect(String(decoding: field.canonical(.simple), as: UTF8.self) == simple)
        #expect(String(decoding: field.canonical(.relaxed), as: UTF8.self) == relaxed)
    }

    @Test func whatIsNoFieldIsPassedOver() {
        let header = HeaderFields(octets("From a b\r\nX: 1\r\n: 2\r\n b c: 3\r\nY: 4\nZ: 5\r\nQ: 6"))
        #expect(header.fields.map(\.name) == ["x", "y", "q"])
    }

    /// The last field of a name first, and nothing for names beyond (RFC 6376 §5.4.2).
    @Test func namesMeanFieldsFromTheBottom() {
        let header = HeaderFields(octets("A: 1\r\nB: 2\r\nA: 3\r\n"))
        let selected = header.selected(by: ["a", "b", "a", "a", "c"])
        #expect(selected.map { String(decoding: $0.octets, as: UTF8.self) } == ["A: 3", "B: 2", "A: 1"])
    }

    @Test func sealedNamesCountOnceMore() {
        let header = HeaderFields(octets("From: a\r\nTo: b\r\nSender: c\r\nList-Id: d\r\nReceived: e\r\n"))
        let names = SignedHeaderFields.recommended.names(for: header, occurrencesMax: 16)
        #expect(
            names == [
                "from", "from", "to", "to", "cc", "reply-to", "subject", "date", "message-id", "sender", "sender",
                "list-id",
            ])
    }
}
