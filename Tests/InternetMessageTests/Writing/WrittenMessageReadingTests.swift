import InternetMessage
import MailCore
import Testing

/// What our writer writes, our reader reads: parts of any nesting, names, octets.
@Suite struct WrittenMessageReadingTests {
    /// The parts in their order, top first.
    private func flattened(_ part: MessagePart) -> [MessagePart] {
        guard case .multipart(let parts) = part.body else { return [part] }
        return [part] + parts.flatMap { flattened($0) }
    }

    private func randomPart(_ seed: inout CodecSeed, depth: Int) -> MessagePart {
        if depth < 4, seed.next() % 3 == 0 {
            let count = 1 + Int(seed.next() % 3)
            return .multipart("mixed", (0..<count).map { _ in randomPart(&seed, depth: depth + 1) })
        }
        if seed.next() % 2 == 0 { return .text(seed.text(Int(seed.next() % 200))) }
        let name = "f" + seed.text(Int(seed.next() % 30)) + "f"
        return .attachment(
            fileName: name, mediaType: "application/octet-stream", ByteSource(seed.bytes(Int(seed.next() % 300)))
        )
    }

    @Test func partsComeBack() throws {
        var seed = CodecSeed(101)
        for round in 0..<80 as Range<UInt64> {
            let sent = randomPart(&seed, depth: 0)
            let bytes = try MessageBuilder.example(body: sent).written(seed: round).bytes
            let read = ParsedMessage(parsing: bytes)
            let expected = flattened(sent)
            try #require(read.parts.count == expected.count)
            for (index, part) in expected.enumerated() { try check(read, index, part, in: bytes) }
        }
    }

    @Test func namesComeBack() throws {
        var seed = CodecSeed(111)
        for round in 0..<150 {
            var builder = try MessageBuilder.example()
            let names = (0..<4).map { _ in "n" + seed.text(Int(seed.next() % 40)) + "n" }
            builder.to = try names.map { .person(.init(name: $0, address: try address("a@example.test"))) }
            let bytes = try builder.written(.init(headers: round % 2 == 0 ? .ascii : .utf8)).bytes
            let read = ParsedMessage(parsing: bytes)
            let field = try #require(read.field(.to, of: 0))
            let found = AddressListParser.parse(bytes[field.value.range]).map { item -> String? in
                guard case .address(let address) = item else { return nil }
                #expect(address.addressText == "a@example.test")
                return address.displayText
            }
            #expect(found == names)
        }
    }

    private func check(_ read: ParsedMessage, _ index: Int, _ sent: MessagePart, in bytes: [UInt8]) throws {
        let part = read.parts[index]
        let content = ContentDecoder.decoded(bytes[part.body.range], encoding: part.encoding)
        switch sent.body {
        case .text(let text):
            #expect(string(content) == (text.isEmpty ? "" : text + "\r\n"))
        case .octets(let source):
            var octets: [UInt8] = []
            try source.forEachChunk { chunk in chunk.withUnsafeBufferPointer { octets.append(contentsOf: $0) } }
            #expect(content == octets)
            let field = try #require(read.field(.contentDisposition, of: index))
            #expect(ParameterList(parsing: bytes[field.value.range])["filename"] == sent.fileName)
        case .message, .multipart:
            #expect(part.kind == .multipart)
        }
    }
}
