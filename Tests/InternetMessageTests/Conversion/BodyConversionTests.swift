import InternetMessage
import MailCore
import Testing

/// RFC 6152 §3, RFC 2045 §6.
@Suite struct BodyConversionTests {
    private let conversion = BodyConversion(widest: .sevenBit)

    private func check(_ octets: [UInt8], _ widest: EnvelopeParameters.BodyType = .sevenBit) throws -> [UInt8] {
        let written = try BodyConversion(widest: widest).edits(of: octets).applied(to: octets)
        #expect(isLawful(written, widest))
        #expect(contents(written) == contents(octets))
        let again = try BodyConversion(widest: widest).edits(of: written)
        #expect(again.isEmpty, "what fits is converted again")
        return written
    }

    @Test func whatFitsStays() throws {
        for message in [
            crlf(text(richMessage).replacing("\r\n", with: "\n").replacing("ß", with: "s")), crlf("Subject: a\n\nHi\n"),
            [],
        ] {
            #expect(try conversion.edits(of: message).isEmpty)
        }
    }

    @Test func leavesAreEncodedAndLabelsSetRight() throws {
        let octets = crlf(
            """
            Content-Type: multipart/mixed; boundary=b
            Content-Transfer-Encoding: 8bit

            prólogo
            --b
            Content-Type: text/plain; charset=utf-8
            Content-Transfer-Encoding: 8bit

            Estimado señor, estimada señora
            --b
            Content-Type: message/rfc822
            Content-Transfer-Encoding: 8bit

            Subject: inner
            Content-Type: text/html; charset=utf-8
            content-transfer-encoding: 8BIT

            <p>é éééééééééééééé
            --b
            Content-Transfer-Encoding: 8bit

            plain
            --b--
            epílogo

            """)
        let written = MessageFixture(try check(octets))
        #expect(
            written.message.parts.map(\.encoding) == [.sevenBit, .quotedPrintable, .sevenBit, .base64, .sevenBit])
        #expect(text(written.octets).contains("\r\n\r\nEstimado se=C3=B1or, estimada se=C3=B1ora\r\n--b\r\n"))
        #expect(!text(written.octets).contains("logo"))
    }

    @Test func binaryForPeersWithoutBINARYMIME() throws {
        let octets =
            crlf("Content-Type: application/octet-stream\nContent-Transfer-Encoding: binary\n\n") + [0, 10, 13, 200]
        let written = try check(octets, .eightBitMIME)
        #expect(ParsedMessage(parsing: written).parts[0].encoding == .base64)
        #expect(try BodyConversion(widest: .binaryMIME).edits(of: octets).isEmpty)
    }

    /// RFC 6532 §3.7.
    @Test func globalMessagesAreEncodedWhole() throws {
        let octets = crlf("Content-Type: message/global\nContent-Transfer-Encoding: 8bit\n\nSubject: é\n\né\n")
        let written = try conversion.edits(of: octets).applied(to: octets)
        #expect(isLawful(written, .sevenBit))
        #expect(contents(written) == [crlf("Subject: é\n\né\n")])
    }

    @Test func linesBrokenAnewAreNoBoundaries() throws {
        let line = String(repeating: "é", count: 12) + "aaa--b"
        for pad in 0..<80 {
            let octets = crlf(
                """
                Content-Type: multipart/mixed; boundary=b

                --b
                Content-Type: text/plain; charset=utf-8
                Content-Transfer-Encoding: 8bit

                \(String(repeating: "a", count: pad))\(line)
                \(String(repeating: "text ", count: 60))
                --b--

                """)
            _ = try check(octets)
        }
    }

    @Test func badlyEncodedPartsAreEncodedAnew() throws {
        let line = String(repeating: "YWJj", count: 400)
        let written = try check(crlf("Content-Transfer-Encoding: base64\nContent-Type: image/png\n\n\(line)\n"))
        #expect(ParsedMessage(parsing: written).parts[0].encoding == .base64)
        _ = try check(crlf("Content-Transfer-Encoding: quoted-printable\nContent-Type: text/plain\n\né=C3=A9\n"))
    }

    @Test func whatCannotBeConverted() {
        let cases: [(String, TransportObstacle)] = [
            ("Subject: é\n\nHi\n", .headerNeedsUTF8),
            ("Content-Type: message/rfc822\n\nSubject: é\n\nHi\n", .headerNeedsUTF8),
            ("Content-Type: message/partial\n\né\n", .structure),
            ("Content-Type: multipart/mixed\n\né\n", .structure),
            ("Content-Transfer-Encoding: x-mine\n\né\n", .unknownEncoding),
            ("Content-Type: multipart/signed; boundary=b\n\n--b\n\né\n--b--\n", .signedPart),
            ("Content-Type: multipart/encrypted; boundary=b\n\n--b\n\né\n--b--\n", .signedPart),
            ("X: \(String(repeating: "x", count: 999))\n\nHi\n", .headerLineTooLong),
        ]
        for (message, obstacle) in cases {
            #expect(throws: obstacle, "\(message)") { try conversion.edits(of: crlf(message)) }
        }
    }

    private func randomPart(_ seed: inout CodecSeed, depth: Int) -> MessagePart {
        switch seed.next() % (depth < 4 ? 5 : 3) {
        case 0:
            return .text(seed.text(Int(seed.next() % 400)))
        case 1:
            return .text(String(repeating: seed.text(9), count: Int(seed.next() % 100)), subtype: "html")
        case 2:
            return .attachment(fileName: "a", mediaType: "application/x-a", ByteSource(seed.bytes(90)))
        case 3:
            return .multipart("mixed", (0..<1 + Int(seed.next() % 3)).map { _ in randomPart(&seed, depth: depth + 1) })
        default:
            let inner = crlf("Subject: i\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n")
            return .message(ByteSource(inner + crlf(seed.text(Int(seed.next() % 90)))))
        }
    }

    @Test func generatedMessagesKeepTheirContents() throws {
        var seed = CodecSeed(23)
        for round in 0..<200 as Range<UInt64> {
            let builder = try MessageBuilder.example(body: randomPart(&seed, depth: 0))
            _ = try check(try builder.written(.init(bodies: .eightBit), seed: round).bytes)
        }
    }

    /// No octets make a trap, and what is told to fit does.
    @Test func brokenMessages() throws {
        var seed = CodecSeed(41)
        let alphabet = octets("\r\n--b: é;=\0x") + [0xFF]
        for _ in 0..<2_000 {
            let message = seed.mutation(of: richMessage, alphabet: alphabet)
            for widest in [EnvelopeParameters.BodyType.sevenBit, .eightBitMIME] {
                guard let edits = try? BodyConversion(widest: widest).edits(of: message) else { continue }
                #expect(isLawful(edits.applied(to: message), widest))
            }
        }
    }
}
