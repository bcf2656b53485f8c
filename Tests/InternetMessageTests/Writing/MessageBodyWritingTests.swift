import InternetMessage
import Testing

@Suite struct MessageBodyWritingTests {
    private func encoding(_ message: WrittenMessage) -> ContentTransferEncoding {
        ContentTransferEncoding(label: message.field("Content-Transfer-Encoding") ?? "")
    }

    private func body(_ message: WrittenMessage) -> [UInt8] {
        let separator = octets("\r\n\r\n")
        var index = 0
        while index + 4 <= message.bytes.count {
            if message.bytes[index..<(index + 4)].elementsEqual(separator) {
                return Array(message.bytes[(index + 4)...])
            }
            index += 1
        }
        return []
    }

    struct Choice: Sendable {
        let text: String
        let bodies: MessageWriteOptions.BodyForm
        let encoding: ContentTransferEncoding
    }

    @Test(arguments: [
        Choice(text: "Plain", bodies: .sevenBit, encoding: .sevenBit),
        Choice(text: "", bodies: .sevenBit, encoding: .sevenBit),
        Choice(text: "Mostly plain but for one ñ in it", bodies: .sevenBit, encoding: .quotedPrintable),
        Choice(text: "Mostly plain but for one ñ in it", bodies: .eightBit, encoding: .eightBit),
        Choice(text: String(repeating: "日本語のメール。", count: 20), bodies: .sevenBit, encoding: .base64),
        Choice(text: String(repeating: "x", count: 998), bodies: .sevenBit, encoding: .sevenBit),
        Choice(text: String(repeating: "x", count: 999), bodies: .sevenBit, encoding: .quotedPrintable),
        Choice(text: String(repeating: "x", count: 5_000), bodies: .eightBit, encoding: .quotedPrintable),
        Choice(text: "nul \u{0} inside", bodies: .eightBit, encoding: .quotedPrintable),
    ])
    func textEncodingIsChosenByTheText(_ choice: Choice) throws {
        let message = try MessageBuilder.example(body: .text(choice.text)).written(.init(bodies: choice.bodies))
        #expect(encoding(message) == choice.encoding)
        #expect(message.isWellFormed)
        let decoded = ContentDecoder.decoded(body(message)[...], encoding: choice.encoding)
        #expect(string(decoded) == (choice.text.isEmpty ? "" : choice.text + "\r\n"))
    }

    @Test func allEndsOfLinesBecomeCRLF() throws {
        let message = try MessageBuilder.example(body: .text("a\nb\r\nc\rd\n\n")).written()
        #expect(string(body(message)) == "a\r\nb\r\nc\r\nd\r\n\r\n")
    }

    @Test func composedMessagesAreNested() throws {
        let image = MessagePart.inline(
            contentID: "img@x", fileName: "a.png", mediaType: "image/png", ByteSource([1, 2]))
        let file = MessagePart.attachment(fileName: "b.pdf", mediaType: "application/pdf", ByteSource([3]))
        func shape(_ part: MessagePart) -> String {
            guard case .multipart(let parts) = part.body else { return part.mediaType }
            return "\(part.mediaType.dropFirst(10))(\(parts.map(shape).joined(separator: " ")))"
        }
        let text = MessagePart.text("t")
        #expect(
            shape(.composed(text: text, html: "<p>h", inline: [image], attachments: [file]))
                == "mixed(related(alternative(text/plain text/html) image/png) application/pdf)"
        )
        #expect(shape(.composed(text: text, html: nil)) == "text/plain")
        #expect(shape(.composed(text: nil, html: "h")) == "text/html")
        #expect(shape(.composed(text: nil, html: nil)) == "text/plain")
        #expect(shape(.composed(text: text, html: "h")) == "alternative(text/plain text/html)")
        #expect(shape(.composed(text: nil, html: "h", inline: [image])) == "related(text/html image/png)")
        #expect(shape(.composed(text: text, html: nil, attachments: [file])) == "mixed(text/plain application/pdf)")
        let message = try MessageBuilder.example(
            body: .composed(text: text, html: "<p>h", inline: [image], attachments: [file])
        ).written()
        #expect(message.isWellFormed)
        #expect(message.text.contains("Content-Type: multipart/related; type=\"multipart/alternative\";\r\n boundary="))
        #expect(message.text.contains("Content-ID: <img@x>\r\n"))
        #expect(message.text.contains("Content-Disposition: inline; filename=a.png; size=2\r\n"))
    }

    @Test func attachedMessagesStayAsTheyAre() throws {
        var seed = CodecSeed(71)
        let inner = octets("Subject: inner\r\n\r\n") + octets("8-bit é line\r\n")
        let cases: [([UInt8], ContentTransferEncoding)] = [
            (octets("Subject: x\r\n\r\nplain\r\n"), .sevenBit), (inner, .eightBit),
            (octets("a\nb"), .binary), (octets("a\rb\r\n"), .binary), (octets("a\r"), .binary), ([0x61, 0], .binary),
            ([UInt8](repeating: 0x61, count: 999), .binary), (seed.bytes(70_000), .binary), ([], .sevenBit),
        ]
        for (content, expected) in cases {
            let message = try MessageBuilder.example(
                body: .multipart("mixed", [.text("see"), .message(ByteSource(content), fileName: "f.eml")])
            ).written()
            let marker = octets("message/rfc822\r\n")
            #expect(message.text.contains(string(marker)))
            #expect(encoding(message) == expected)
            let tail = message.bytes.suffix(content.count + 120)
            #expect(contains(tail, content))
        }
    }

    private func contains(_ bytes: ArraySlice<UInt8>, _ part: [UInt8]) -> Bool {
        guard !part.isEmpty else { return true }
        return bytes.indices.contains { bytes[$0...].prefix(part.count).elementsEqual(part) }
    }

    @Test func boundariesOccurInNoContent() throws {
        // The boundary that the first numbers give is in the content already, as text and as an attached message.
        let first = try MessageBuilder.example(body: .multipart("mixed", [.text("x")])).written(seed: 9)
        let line = try #require(first.lines.first { $0.starts(with: octets("--=_")) })
        let boundary = string(line.dropLast())
        for content in ["\(boundary)\r\nX", "a\r\n\(boundary)--\r\n", "a\r\(boundary)", "a\n\(boundary)"] {
            let message = try MessageBuilder.example(
                body: .multipart("mixed", [.message(ByteSource(octets(content))), .text(content)])
            ).written(seed: 9)
            let declared = try #require(
                ParameterList(parsing: octets(message.field("Content-Type") ?? "")[...])["boundary"])
            #expect("--\(declared)" != boundary)
            let delimiters = message.lines.filter { $0.starts(with: octets("--\(declared)")) }
            #expect(delimiters.count == 3)
        }
        // Text alone is encoded instead.
        let text = try MessageBuilder.example(body: .multipart("mixed", [.text("\(boundary)\n")])).written(seed: 9)
        #expect(text.text.contains("quoted-printable") || text.text.contains("base64"))
    }

    @Test func boundariesAreNoBeginningsOfEachOther() throws {
        var part = MessagePart.text("deep")
        for _ in 0..<30 { part = .multipart("mixed", [part]) }
        let message = try MessageBuilder.example(body: part).written()
        let boundaries = Set(message.lines.filter { $0.starts(with: octets("--=_")) && $0.suffix(3) != octets("--\r") })
        #expect(boundaries.count == 30)
        #expect(Set(boundaries.map(\.count)).count == 1)
        var deeper = part
        for _ in 0..<100 { deeper = .multipart("mixed", [deeper]) }
        let builder = try MessageBuilder.example(body: deeper)
        #expect(throws: MessageWriteError.nestingTooDeep) { try builder.written() }
    }

    @Test func deliveryReportHasItsShape() throws {
        let status = MessagePart(
            mediaType: "message/delivery-status",
            body: .message(ByteSource(octets("Reporting-MTA: dns; x.test\r\n\r\n")))
        )
        let report = MessagePart.multipart(
            "report", [.text("Sorry"), status, .text("Subject: x\n", subtype: "rfc822-headers")],
            parameters: [MessagePart.Parameter("report-type", "delivery-status")]
        )
        let message = try MessageBuilder.example(body: report).written()
        #expect(message.text.contains("Content-Type: multipart/report; report-type=delivery-status;\r\n boundary="))
        #expect(message.text.contains("Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; x.test\r\n"))
        #expect(message.text.contains("text/rfc822-headers; charset=us-ascii\r\n\r\nSubject: x\r\n"))
    }

    @Test func largeSourcesAreStreamed() throws {
        let size = 3_000_000
        let source = ByteSource(sizeBytes: size) { body in
            var sent = 0
            while sent < size {
                let chunk = (sent..<min(size, sent + 10_007)).map { UInt8(truncatingIfNeeded: $0 * 7) }
                try body(chunk.span)
                sent += chunk.count
            }
        }
        let builder = try MessageBuilder.example(
            body: .composed(
                text: .text("x"), html: nil, attachments: [.attachment(fileName: "a", mediaType: "a/b", source)])
        )
        var generator = CodecSeed(1)
        var total = 0
        var largest = 0
        try builder.write(using: &generator) { chunk in
            total += chunk.count
            largest = max(largest, chunk.count)
        }
        #expect(total > size * 4 / 3)
        #expect(largest < 120_000)
    }

    @Test func failureOfASourceOrTheSinkComesThrough() throws {
        struct Broken: Error {}
        let source = ByteSource(sizeBytes: nil) { _ in throw Broken() }
        let builder = try MessageBuilder.example(body: .attachment(fileName: nil, mediaType: "a/b", source))
        #expect(throws: Broken.self) { try builder.written() }
        let fine = try MessageBuilder.example()
        var generator = CodecSeed(1)
        #expect(throws: Broken.self) { try fine.write(using: &generator) { _ in throw Broken() } }
    }

    @Test func descriptionsTellNoText() throws {
        let text = FlowedText(paragraphs: [.init(text: "secret words")])
        let file = MessagePart.attachment(fileName: "secret.txt", mediaType: "a/b", ByteSource(octets("secret")))
        var builder = try MessageBuilder.example(
            body: .composed(text: .flowed(text), html: "secret", attachments: [file])
        )
        builder.subject = "secret"
        builder.extraFields = [.init(name: "X-Note", text: "secret")]
        builder.body.contentDescription = "secret"
        let told =
            "\(builder) \(builder.body) \(builder.body.body) \(text) \(text.paragraphs) \(builder.extraFields) \(file)"
        #expect(!told.contains("secret"))
        #expect(told.contains("multipart/mixed(multipart/alternative(text/plain, text/html), a/b)"))
    }

    @Test func flowedTextIsMarked() throws {
        let text = FlowedText(paragraphs: [.init(quoteDepth: 1, text: String(repeating: "word ", count: 40) + "end")])
        let message = try MessageBuilder.example(body: .flowed(text)).written()
        #expect(message.field("Content-Type") == " text/plain; format=flowed; charset=us-ascii")
        #expect(FlowedText(parsing: string(body(message)), trailingSpace: .kept) == text)
    }

    struct FileName: Sendable {
        let name: String
        let written: String
    }

    @Test(arguments: [
        FileName(name: "plain.txt", written: "attachment; filename=plain.txt; size=1"),
        FileName(name: "a b\"c\\.txt", written: "attachment; filename=\"a b\\\"c\\\\.txt\"; size=1"),
        FileName(
            name: "naïve €.txt",
            written: "attachment; filename*=utf-8''na%C3%AFve%20%E2%82%AC.txt;\r\n filename=\"na_ve _.txt\"; size=1"
        ),
        FileName(name: "it's*100%.txt", written: "attachment; filename=it's*100%.txt; size=1"),
    ])
    func fileNames(_ example: FileName) throws {
        let message = try MessageBuilder.example(
            body: .attachment(fileName: example.name, mediaType: "a/b", ByteSource([1]))
        ).written()
        #expect(message.field("Content-Disposition") == " " + example.written)
    }

    @Test func randomFileNamesComeBack() throws {
        var seed = CodecSeed(81)
        for _ in 0..<200 {
            let name = "f" + seed.text(Int(seed.next() % 90)) + ".txt"
            let message = try MessageBuilder.example(
                body: .attachment(fileName: name, mediaType: "a/b", ByteSource([]))
            ).written()
            let field = try #require(message.field("Content-Disposition"))
            #expect(ParameterList(parsing: octets(field)[...])["filename"] == name, "\(field)")
            #expect(message.lines.allSatisfy { $0.count <= 79 })
        }
    }
}
