import InternetMessage
import Testing

/// Nothing given may add a field, end the header or hide an octet that does so for some reader.
@Suite struct HeaderInjectionTests {
    static let payloads = [
        "x\r\nBcc: evil@example.test", "x\nBcc: evil@example.test", "x\rBcc: evil@example.test", "x\r\n\r\nbody",
        "\r\n", "\n",
        "x\u{0}y", "x\r\n Bcc: y", "\u{7F}\u{1B}[2J", "\"\r\nBcc: z\r\n\"", "a\u{85}Bcc: b\u{2028}c", "é\r\nBcc: x",
        "x\n\n\n\n",
        "x\u{B}\u{C}y", "a@b>\r\nBcc: x", "\\", "\"", "ends with backslash\\",
    ]

    private func names(_ message: WrittenMessage) -> [String] {
        message.header.split(separator: "\r\n", omittingEmptySubsequences: true).filter { !$0.hasPrefix(" ") }
            .map { String($0.prefix { $0 != ":" }) }
    }

    @Test(arguments: payloads)
    func textsStayTexts(_ payload: String) throws {
        for form in [MessageWriteOptions.HeaderForm.ascii, .utf8] {
            var builder = try MessageBuilder.example(
                body: .attachment(fileName: payload, mediaType: "application/pdf", ByteSource([1, 2, 3]))
            )
            builder.subject = payload
            builder.from[0].name = payload
            builder.to = [
                .group(name: payload, members: [.init(name: payload, address: try address("a@example.test"))])
            ]
            builder.extraFields = [.init(name: "X-Extra", text: payload)]
            builder.extraFields.append(.init(name: "X-People", addresses: builder.to))
            builder.inReplyTo = [InternetMessageID(payload)]
            builder.references = [InternetMessageID(payload), InternetMessageID("ok@example.test")]
            builder.body.contentDescription = payload
            builder.body.languages = [payload, "es"]
            builder.body.parameters = [MessagePart.Parameter("x-note", payload)]
            let message = try builder.written(MessageWriteOptions(headers: form))
            #expect(message.isWellFormed)
            let allowed: Set<String> = [
                "Date", "From", "To", "Message-ID", "In-Reply-To", "References", "Subject", "X-Extra", "X-People",
                "MIME-Version",
                "Content-Type", "Content-Transfer-Encoding", "Content-Disposition", "Content-Description",
                "Content-Language",
            ]
            let found = names(message)
            #expect(Set(found).isSubset(of: allowed), "\(message.header)")
            #expect(Set(found).count == found.count)
            // Nor what Unicode calls an end of line.
            #expect(!message.header.unicodeScalars.contains { "\u{85}\u{2028}\u{2029}".unicodeScalars.contains($0) })
            #expect(!message.header.utf8.contains { $0 == 0x7F || ($0 < 0x20 && $0 != 0x0D && $0 != 0x0A) })
            // No line of blanks alone: some readers end the header there.
            #expect(!message.header.split(separator: "\r\n").contains { $0.allSatisfy { $0 == " " } })
        }
    }

    @Test(arguments: ["a\r\nb", "a b", "", "a\u{0}", "a>b", "a<b", String(repeating: "x", count: 1_000), "é@x"])
    func identifiersAreRefused(_ identifier: String) throws {
        var builder = try MessageBuilder.example()
        builder.messageID = InternetMessageID(identifier)
        #expect(throws: MessageWriteError.identifier(identifier)) { try builder.written() }
        builder = try MessageBuilder.example(
            body: .inline(contentID: identifier, fileName: nil, mediaType: "image/png", ByteSource([]))
        )
        #expect(throws: MessageWriteError.identifier(identifier)) { try builder.written() }
    }

    @Test(arguments: [
        "a b", "a:b", "", "a\r\nb", "é", "Subject", "from", "Content-Type", String(repeating: "x", count: 71),
    ])
    func fieldNamesAreRefused(_ name: String) throws {
        var builder = try MessageBuilder.example()
        builder.extraFields = [.init(name: name, text: "x")]
        #expect(throws: MessageWriteError.fieldName(name)) { try builder.written() }
    }

    @Test(arguments: ["text", "a/b/c", "/", "a/b; x=y", "a/b\r\nX: y", "a /b", "é/x", "multipart/mixed"])
    func mediaTypesAreRefused(_ mediaType: String) throws {
        let builder = try MessageBuilder.example(
            body: .multipart("mixed", [.attachment(fileName: nil, mediaType: mediaType, ByteSource([]))])
        )
        #expect(throws: MessageWriteError.mediaType(mediaType)) { try builder.written() }
    }

    @Test(arguments: ["", "a b", "a*", "é", "charset", "Boundary", "a=b"])
    func parameterNamesAreRefused(_ name: String) throws {
        var builder = try MessageBuilder.example()
        builder.body.parameters = [MessagePart.Parameter(name, "x")]
        #expect(throws: MessageWriteError.parameterName(name)) { try builder.written() }
    }

    @Test func nothingIsWrittenOfARefusedMessage() throws {
        let builder = try MessageBuilder.example(
            body: .multipart("mixed", [.text("x"), .attachment(fileName: nil, mediaType: "bad", ByteSource([]))])
        )
        var generator = CodecSeed(1)
        var chunks = 0
        #expect(throws: MessageWriteError.mediaType("bad")) {
            try builder.write(using: &generator) { _ in chunks += 1 }
        }
        #expect(chunks == 0)
    }
}
