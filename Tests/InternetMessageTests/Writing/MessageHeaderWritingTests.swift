import InternetMessage
import MailCore
import Testing

@Suite struct MessageHeaderWritingTests {
    @Test func plainMessage() throws {
        var builder = try MessageBuilder.example(body: .text("Hello\nWorld"))
        builder.subject = "A plain subject"
        let message = try builder.written()
        let expected = """
            Date: Fri, 21 Nov 1997 09:55:06 -0600
            From: Ana <ana@example.test>
            To: ben@example.test
            Message-ID: <1@example.test>
            Subject: A plain subject
            MIME-Version: 1.0
            Content-Type: text/plain; charset=us-ascii

            Hello
            World

            """
        #expect(
            message.text == expected.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\r\n"))
    }

    @Test(arguments: [
        (0, 0, "Thu, 1 Jan 1970 00:00:00 +0000"), (-1, 0, "Wed, 31 Dec 1969 23:59:59 +0000"),
        (951_782_400, 90, "Tue, 29 Feb 2000 01:30:00 +0130"), (Int64.max, -1, "Thu, 30 Dec 9999 23:59:00 -0001"),
        (Int64.min, 0, "Tue, 2 Jan 1900 00:00:00 +0000"), (1_800_000_000, 1_000_000, "Sat, 16 Jan 2027 07:59:00 +2359"),
    ])
    func dates(_ seconds: Int64, _ offset: Int, _ text: String) throws {
        var builder = try MessageBuilder.example()
        builder.date = MailDate(secondsSince1970: seconds, zoneMinutes: offset)
        #expect(try builder.written().field("Date") == " " + text)
    }

    @Test func messageIDsDiffer() throws {
        var generator = CodecSeed(1)
        let date = MailDate(secondsSince1970: 1_000)
        let domain = try address("a@example.test").domain
        let made = (0..<100).map { _ in MessageBuilder.makeMessageID(date: date, domain: domain, using: &generator) }
        #expect(Set(made).count == 100)
        #expect(made.allSatisfy { $0.text.hasSuffix("@example.test") && $0.text.utf8.count < 60 })
    }

    @Test(arguments: [
        "", "x", "Grüße aus Köln", "two  spaces", "  leading and trailing  ", " ", "tab\there", "=?utf-8?Q?no_word?=",
        "plain then ünïcödé then plain again and ünïcödé", "日本語の件名はとても長いので何行にもわたって書かれなければならないのです。そうでしょう？",
        "a" + String(repeating: " ", count: 300) + "b", "é  é   x  é", "x =?", "😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀",
    ])
    func subjectsComeBack(_ subject: String) throws {
        for form in [MessageWriteOptions.HeaderForm.ascii, .utf8] {
            var builder = try MessageBuilder.example()
            builder.subject = subject
            let message = try builder.written(MessageWriteOptions(headers: form))
            #expect(message.isWellFormed)
            let field = try #require(message.field("Subject"))
            // A tab inside an encoded word is shown as a space.
            let shown = subject.replacing("\t", with: " ")
            // The reader of tests trims; what is at the ends was written in an encoded word all the same.
            #expect(message.decoded("Subject") == trimmedEnd(shown), "\(field)")
            if form == .ascii { #expect(field.utf8.allSatisfy { $0 < 0x80 }) }
        }
    }

    private func trimmedEnd(_ text: String) -> String {
        var text = text
        while text.last == " " { text.removeLast() }
        return text
    }

    @Test func randomSubjectsAndNamesComeBack() throws {
        var seed = CodecSeed(61)
        for round in 0..<250 {
            var builder = try MessageBuilder.example()
            let subject = seed.text(Int(seed.next() % 120))
            let name = "n" + seed.text(Int(seed.next() % 40)) + "n"
            builder.subject = subject
            builder.from[0].name = name
            let utf8 = round % 3 == 0
            let message = try builder.written(MessageWriteOptions(headers: utf8 ? .utf8 : .ascii))
            #expect(message.isWellFormed)
            #expect(message.decoded("Subject") == trimmedEnd(subject))
            let from = try #require(message.field("From"))
            let phrase = from.prefix(upTo: try #require(from.lastIndex(of: "<")))
            #expect(squeezed(HeaderText.decode(phrase: octets(String(phrase))[...])) == squeezed(name), "\(from)")
            for line in message.header.split(separator: "\r\n") where line.contains("=?utf-8?") && !utf8 {
                #expect(line.utf8.count <= 76, "\(line)")
            }
            for word in message.header.split(whereSeparator: { $0 == " " || $0 == "\r\n" })
            where word.hasPrefix("=?utf-8?") {
                #expect(word.utf8.count <= 76)
                // Each word by itself is whole characters.
                let alone = HeaderText.decode(unstructured: octets(String(word))[...])
                #expect(!alone.contains("\u{FFFD}"))
            }
        }
    }

    private func squeezed(_ text: String) -> String {
        text.split(separator: " ").joined(separator: " ")
    }

    @Test func longTextsAreFolded() throws {
        var builder = try MessageBuilder.example()
        builder.subject = (0..<100).map { "word\($0)" }.joined(separator: " ")
        builder.references = (0..<60).map { InternetMessageID("reference-number-\($0)@example.test") }
        builder.inReplyTo = [InternetMessageID("<reference-number-59@example.test>")]
        builder.to = try (0..<40).map {
            .person(.init(name: "Person Number \($0)", address: try address("person\($0)@example.test")))
        }
        let message = try builder.written()
        #expect(message.lines.allSatisfy { $0.count <= 79 })
        #expect(message.decoded("Subject") == builder.subject)
        let references = try #require(message.field("References"))
        #expect(references.split(whereSeparator: { $0 == " " || $0 == "\r\n" }).count == 60)
        #expect(message.field("In-Reply-To") == " <reference-number-59@example.test>")
    }

    @Test(arguments: [900, 901, 5_000, 20_000])
    func endlessWordsKeepTheLimit(_ count: Int) throws {
        let word = String(repeating: "x", count: count)
        for form in [MessageWriteOptions.HeaderForm.ascii, .utf8] {
            var builder = try MessageBuilder.example()
            builder.subject = word
            builder.from[0].name = word
            builder.extraFields = [.init(name: String(repeating: "N", count: 70), text: word)]
            builder.body = .attachment(fileName: word, mediaType: "a/b", ByteSource([1]))
            builder.body.contentDescription = word
            builder.references = [InternetMessageID(word), InternetMessageID("fine@example.test")]
            let message = try builder.written(MessageWriteOptions(headers: form))
            #expect(message.isWellFormed)
            #expect(message.decoded("Subject") == word)
            #expect(message.decoded("Content-Description") == word)
        }
    }

    @Test func addresses() throws {
        var builder = try MessageBuilder.example()
        let odd = try address("\"odd \\\" local\"@example.test")
        builder.to = try [
            .person(.init(name: "Public, Joe \"Q\" \\", address: try address("joe@example.test"))),
            .person(.init(name: "Jörg Müller", address: try address("j@example.test"))),
            .person(.init(name: "   ", address: odd)),
            .group(
                name: "The group",
                members: [.init(address: try address("a@example.test")), .init(name: "B", address: odd)]),
        ]
        builder.cc = [.group(name: "undisclosed-recipients", members: [])]
        builder.bcc = [.group(name: "", members: [])]
        builder.replyTo = [.group(name: "Große Gruppe", members: [])]
        builder.sender = builder.from[0]
        let message = try builder.written()
        let to = try #require(message.field("To"))
        #expect(to.hasPrefix(#" "Public, Joe \"Q\" \\" <joe@example.test>,"#))
        let shown = HeaderText.decode(unstructured: octets(to)[...])
        #expect(shown.contains(", Jörg Müller <j@example.test>, \"odd"))
        #expect(shown.contains("The group: a@example.test, B <"))
        #expect(to.hasSuffix("<\(odd.written)>;"))
        #expect(message.field("Cc") == " undisclosed-recipients:;")
        #expect(message.field("Bcc") == " group:;")
        #expect(message.field("Reply-To") == " =?utf-8?Q?Gro=C3=9Fe_Gruppe?= :;")
        #expect(message.field("Sender") == " Ana <ana@example.test>")
    }

    @Test func addressesThatNeedUTF8() throws {
        var builder = try MessageBuilder.example()
        guard let pele = EmailAddress("pelé@example.test") else { return }
        builder.to = [.person(.init(name: "Pelé", address: pele))]
        #expect(throws: MessageWriteError.addressNeedsUTF8(pele)) { try builder.written() }
        let message = try builder.written(MessageWriteOptions(headers: .utf8))
        #expect(message.field("To") == " Pelé <pelé@example.test>")
    }

    @Test func authorsNeedASender() throws {
        var builder = try MessageBuilder.example()
        builder.from.append(builder.from[0])
        #expect(throws: MessageWriteError.senderMissing) { try builder.written() }
        builder.from = []
        #expect(throws: MessageWriteError.authorMissing) { try builder.written() }
    }
}
