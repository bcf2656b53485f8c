import InternetMessage
import MailCore
import Testing

/// RFC 6409 §8.
@Suite struct SubmissionRepairTests {
    private let repair = SubmissionRepair(
        date: MailDate(secondsSince1970: 880_127_706, zoneMinutes: -360),
        messageID: InternetMessageID("new@example.test"))

    private static let complete =
        "Date: Fri, 21 Nov 1997 09:55:06 -0600\nFrom: a@example.test\nMessage-ID: <m@x.test>\n"
    private static let long = String(repeating: "word ", count: 300)

    private func repaired(_ message: String) throws -> String {
        try repaired(crlf(message))
    }

    private func repaired(_ octets: [UInt8]) throws -> String {
        text(try repair.outcome(of: octets).edits.applied(to: octets))
    }

    @Test func whatIsInOrderStays() throws {
        for body in ["Hi\n", "Hi", "", "é\n"] {
            let isASCII = body.utf8.allSatisfy { $0 < 0x80 }
            let fields = isASCII ? "" : "MIME-Version: 1.0\nContent-Type: text/plain\nContent-Transfer-Encoding: 8bit\n"
            let outcome = try repair.outcome(of: crlf(Self.complete + fields + "\n" + body))
            #expect(outcome.edits.isEmpty)
            #expect(outcome.body == (isASCII ? .sevenBit : .eightBitMIME))
            #expect(outcome.smtpUTF8 == .notNeeded)
        }
    }

    @Test func missingFieldsComeAtTheHeadersEnd() throws {
        let added = "Date: Fri, 21 Nov 1997 09:55:06 -0600\r\nMessage-ID: <new@example.test>\r\n"
        #expect(try repaired("From: a@x.test\n\nHi\n") == "From: a@x.test\r\n\(added)\r\nHi\r\n")
        #expect(try repaired("From: a@x.test\n\n") == "From: a@x.test\r\n\(added)\r\n")
        #expect(try repaired("From: a@x.test\n") == "From: a@x.test\r\n\(added)\r\n")
        #expect(try repaired("From: a@x.test") == "From: a@x.test\r\n\(added)\r\n")
        #expect(try repaired("\nHi\n") == "\(added)\r\nHi\r\n")
        #expect(try repaired("") == "\(added)\r\n")
        // The empty line is missing.
        #expect(try repaired("From: a@x.test\nHi there\n") == "From: a@x.test\r\n\(added)\r\nHi there\r\n")
    }

    @Test func fieldsThatSayNothingAreReplaced() throws {
        let octets = "Date: soon\nFrom: a@x.test\nMessage-id: none\n\nHi\n"
        #expect(
            try repaired(octets) == "Date: Fri, 21 Nov 1997 09:55:06 -0600\r\nFrom: a@x.test\r\n"
                + "Message-ID: <new@example.test>\r\n\r\nHi\r\n")
    }

    /// RFC 5322 §3.6.3.
    @Test func blindCopiesAreNotTold() throws {
        let octets =
            "bcc: s@x.test,\n t@x.test\n\(Self.complete)Resent-Bcc : u@x.test\nBCC: v@x.test\n\nBcc: w@x.test\n"
        #expect(try repaired(octets) == text(crlf(Self.complete + "\nBcc: w@x.test\n")))
    }

    @Test func textWithoutMIMEIsDescribed() throws {
        let utf8 = "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n"
        #expect(
            try repaired(Self.complete + "\nné\n") == text(crlf(Self.complete)) + utf8 + "\r\nné\r\n")
        let latin = crlf(Self.complete + "\nn") + [0xE9, 0x0D, 0x0A]
        let outcome = try repair.outcome(of: latin)
        #expect(outcome.body == .eightBitMIME)
        let written = MessageFixture(outcome.edits.applied(to: latin))
        #expect(text(written.octets).contains("Content-Type: text/plain; charset=unknown-8bit\r\n"))
        #expect(written.message.parts[0].encoding == .eightBit)
    }

    @Test func longLinesAreEncoded() throws {
        let html = "Content-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: 7bit\n"
        let octets = crlf(Self.complete + html + "\n<p>" + Self.long + "\n")
        let outcome = try repair.outcome(of: octets)
        #expect(outcome.body == .sevenBit)
        let written = MessageFixture(outcome.edits.applied(to: octets))
        #expect(written.message.parts[0].encoding == .quotedPrintable)
        #expect(text(written.octets).contains("MIME-Version: 1.0\r\n"))
        #expect(isLawful(written.octets, .sevenBit))
        #expect(contents(written.octets) == contents(octets))
    }

    @Test func binaryNeedsBINARYMIME() throws {
        let octets =
            crlf(Self.complete + "MIME-Version: 1.0\nContent-Type: image/png\nContent-Transfer-Encoding: binary\n\n")
            + [0, 10, 13, 200]
        let written = try repair.outcome(of: octets).edits.applied(to: octets)
        #expect(MessageFixture(written).message.parts[0].encoding == .base64)
        #expect(contents(written) == contents(octets))
        var binary = repair
        binary.body = .binaryMIME
        let outcome = try binary.outcome(of: octets)
        #expect(outcome.edits.isEmpty)
        #expect(outcome.body == .binaryMIME)
    }

    @Test func labelsCoverWhatIsInside() throws {
        let octets = crlf(
            Self.complete + """
                MIME-Version: 1.0
                Content-Type: multipart/mixed; boundary=b

                --b
                Content-Type: text/plain; charset=utf-8

                é
                --b
                Content-Type: message/rfc822

                Subject: inner

                é
                --b--

                """)
        let outcome = try repair.outcome(of: octets)
        let written = MessageFixture(outcome.edits.applied(to: octets))
        #expect(outcome.body == .eightBitMIME)
        #expect(written.message.parts.map(\.encoding) == [.eightBit, .eightBit, .eightBit, .eightBit])
        #expect(contents(written.octets) == contents(octets))
        #expect(try repair.outcome(of: written.octets).edits.isEmpty)
    }

    @Test func signedPartsStayWhole() throws {
        let signed = """
            MIME-Version: 1.0
            Content-Type: multipart/signed; boundary=b

            --b
            Content-Type: text/plain

            \(Self.long)
            --b
            Content-Type: application/pgp-signature

            x
            --b--

            """
        #expect(try repair.outcome(of: crlf(Self.complete + signed)).edits.isEmpty)
        #expect(throws: TransportObstacle.signedPart) {
            try repair.outcome(of: crlf(Self.complete + signed.replacing("word", with: "wo\0d")))
        }
    }

    @Test func longHeaderLinesAreFolded() throws {
        let addresses = (0..<90).map { "person\($0)@example.test" }.joined(separator: ",")
        let ids = (0..<90).map { "<\($0).identifier@example.test>" }.joined()
        for field in ["Subject: \(Self.long)end", "To: \(addresses)", "References: \(ids)", "X-Tabs:\(Self.long)\tend"]
        {
            let octets = crlf(Self.complete + field + "\n\nHi\n")
            let written = try repair.outcome(of: octets).edits.applied(to: octets)
            #expect(isLawful(written, .sevenBit))
            let unfolded = text(written).replacing("\r\n ", with: " ").replacing("\r\n\t", with: "\t")
            #expect(withoutBlanks(unfolded) == withoutBlanks(text(octets)))
        }
    }

    private func withoutBlanks(_ text: String) -> String { text.replacing(" ", with: "").replacing("\t", with: "") }

    @Test func unlawfulHeaders() {
        let cases: [(String, TransportObstacle)] = [
            ("Subject: a\0b\n\nHi\n", .nulInHeader),
            ("Subject: \(String(repeating: "x", count: 999))\n\nHi\n", .headerLineTooLong),
            ("To: \"\(String(repeating: ",", count: 999))\"@x.test\n\nHi\n", .headerLineTooLong),
        ]
        for (message, obstacle) in cases {
            #expect(throws: obstacle) { try repair.outcome(of: crlf(Self.complete + message)) }
        }
        #expect(throws: TransportObstacle.headerNotUTF8) {
            try repair.outcome(of: crlf("Subject: ") + [0xE9, 0x0D, 0x0A, 0x0D, 0x0A])
        }
        #expect(throws: TransportObstacle.bareLineEnd) { try repair.outcome(of: octets("Subject: a\n\nHi\n")) }
    }

    @Test func headersInUTF8NeedSMTPUTF8() throws {
        #expect(try repair.outcome(of: crlf("Subject: é\n\nHi\n")).smtpUTF8 == .needed)
        // The header of a forwarded message is content.
        let forwarded = crlf("Content-Type: message/rfc822\nContent-Transfer-Encoding: 8bit\n\nSubject: é\n\nHi\n")
        #expect(try repair.outcome(of: forwarded).smtpUTF8 == .notNeeded)
    }

    @Test func partsWithoutHeadersAndTextAroundThem() throws {
        let octets = crlf(
            Self.complete + """
                MIME-Version: 1.0
                Content-Type: multipart/mixed; boundary=b

                \(Self.long)
                --b

                \(Self.long)
                --b--
                \(Self.long)

                """)
        let written = try repair.outcome(of: octets).edits.applied(to: octets)
        #expect(isLawful(written, .sevenBit))
        #expect(contents(written) == contents(octets))
    }
}
