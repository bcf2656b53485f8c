import Testing

@testable import InternetMessage

@Suite struct DraftMessageTests {
    private func write(_ fields: [DraftField], _ body: MessagePart = .text("x")) throws -> String {
        var generator = SystemRandomNumberGenerator()
        return String(decoding: try DraftMessage(fields: fields, body: body).bytes(using: &generator), as: UTF8.self)
    }

    private func person(_ name: String?, _ address: String) -> DraftField.Person {
        DraftField.Person(name: name, address: address)
    }

    @Test func fieldsAsTheyAreGiven() throws {
        let text = try write([
            DraftField("Subject", .text("año")), DraftField("X-Raw", .raw(" a\r\n b")),
            DraftField("References", .identifiers(["a@b", "c@d"])),
            DraftField("Date", .date(MailDate(secondsSince1970: 0, zoneMinutes: 60))),
            DraftField("List-Post", .urls(["mailto:a@b"])),
            DraftField(
                "To",
                .addresses([
                    DraftField.Group(members: [person("Zoë", "z@x.example")]),
                    DraftField.Group(name: "Friends", members: [person(nil, "a@x.example"), person(nil, "half")]),
                ])),
        ])
        #expect(text.contains("Subject: =?utf-8?Q?a=C3=B1o?=\r\n"))
        #expect(text.contains("X-Raw: a\r\n b\r\n"))
        #expect(text.contains("References: <a@b> <c@d>\r\n"))
        #expect(text.contains("Date: Thu, 1 Jan 1970 01:00:00 +0100\r\n"))
        #expect(text.contains("List-Post: <mailto:a@b>\r\n"))
        let to = AddressListParser.parse(
            Array(text.utf8)[...].split(separator: 0x0a).first { $0.starts(with: "To:".utf8) }?.dropFirst(3) ?? [])
        #expect(to.count == 5)
        #expect(text.contains("MIME-Version: 1.0\r\nContent-Type: text/plain"))
    }

    /// An address that needs it makes the header UTF-8 (RFC 6532).
    @Test func internationalizedAddresses() throws {
        let group = DraftField.Group(members: [person("Jürgen", "jürgen@x.example")])
        #expect(try write([DraftField("From", .addresses([group]))]).contains("Jürgen <jürgen@x.example>"))
        let domain = DraftField.Group(members: [person(nil, "a@müller.example")])
        #expect(try write([DraftField("From", .addresses([domain]))]).contains("a@xn--mller-kva.example"))
    }

    @Test(arguments: [
        DraftField("X", .raw(" a\r\nBcc: x@y")), DraftField("X", .raw("a\nb")), DraftField("X", .raw("a\u{0}")),
        DraftField("X", .raw(" a\r\n \r\n b")), DraftField("X Y", .text("a")), DraftField("", .text("a")),
        DraftField("X", .identifiers(["a b"])), DraftField("X", .urls(["a>b"])), DraftField("X", .raw("a\r")),
    ]) func refusals(_ field: DraftField) {
        #expect(throws: MessageWriteError.self) { try write([field]) }
    }

    /// Whatever stands in a name or an address, there is one field.
    @Test func nothingEndsAField() throws {
        let hostile = "a\r\nBcc: <x@y>, \"z\" (c) ;:,\u{0}\u{2028}"
        let group = DraftField.Group(name: hostile, members: [person(hostile, hostile)])
        let text = try write([DraftField("To", .addresses([group])), DraftField("Subject", .text(hostile))])
        let message = ParsedMessage(parsing: Array(text.utf8))
        #expect(message.field(.bcc, of: 0) == nil)
        #expect(message.fields.count == 4)
    }

    @Test func fieldsOfParts() throws {
        var part = MessagePart.text("x")
        part.extraFields = [DraftField("X-Part", .text("é")), DraftField("Content-Location", .raw(" a/b"))]
        let text = try write([], .multipart("mixed", [part]))
        #expect(text.contains("Content-Location: a/b\r\n"))
        #expect(text.contains("X-Part: ="))
    }
}
