import InternetMessage
import MailCore
import Testing

/// RFC 3461 §6, RFC 3464, RFC 6522, RFC 6533.
@Suite struct DeliveryReportTests {
    private static let date = MailDate(secondsSince1970: 880_127_706, zoneMinutes: -360)

    private let original = crlf(
        """
        Date: Thu, 20 Nov 1997 09:55:06 -0600
        From: a@example.test
        Subject: =?utf-8?q?Caf=C3=A9?= con leche
        Message-ID: <m@example.test>
        References: <r@example.test>

        The body.

        """)

    private func recipient(
        _ text: String, _ action: DeliveryReport.Action = .failed,
        _ status: EnhancedStatusCode = EnhancedStatusCode(.permanentFailure, 1, 1)
    ) throws -> DeliveryReport.Recipient {
        try DeliveryReport.Recipient(address(text), action, status)
    }

    private func report(_ recipients: [DeliveryReport.Recipient]) throws -> DeliveryReport {
        DeliveryReport(reportingMTA: try #require(Domain("mail.example.test")), recipients: recipients)
    }

    private func heading(_ language: ReportLanguage = .english, to: String = "a@example.test") throws
        -> DeliveryReport.Heading
    {
        DeliveryReport.Heading(
            from: .init(name: "Mail server", address: try address("postmaster@example.test")), to: try address(to),
            date: Self.date, messageID: InternetMessageID("report@mail.example.test"), language: language)
    }

    private func written(
        _ report: DeliveryReport, _ language: ReportLanguage = .english, to: String = "a@example.test",
        original: DeliveryReport.Original? = nil, limits: DeliveryReportLimits = DeliveryReportLimits()
    ) throws -> MessageFixture {
        let heading = try heading(language, to: to)
        let options = DeliveryReport.options(for: heading.to)
        let builder = try report.message(heading, original: original, options: options, limits: limits)
        return MessageFixture(try builder.written(options).bytes)
    }

    private func status(_ fixture: MessageFixture) throws -> DeliveryStatus {
        try #require(fixture.octets.withUnsafeBytes { DeliveryStatus(in: fixture.message, $0) })
    }

    private func returned(_ octets: [UInt8], _ wish: EnvelopeParameters.Return? = nil) -> DeliveryReport.Original {
        DeliveryReport.Original(source: ByteSource(octets), sizeBytes: octets.count, dsnReturn: wish)
    }

    private func explanation(_ fixture: MessageFixture) -> String {
        text(contents(fixture.octets)[0])
    }

    @Test func allFieldsComeBack() throws {
        var failed = try recipient("b@example.org")
        failed.original = .init(addressType: "rfc822", address: "first@example.org")
        failed.remoteMTA = Domain("mx.example.org")
        failed.diagnostic = .smtp(["550-5.1.1 <b@example.org>:", "550 5.1.1 no such user"])
        failed.lastAttempt = Self.date
        var delayed = try recipient("c@example.org", .delayed, EnhancedStatusCode(.persistentTransientFailure, 4, 1))
        delayed.willRetryUntil = MailDate(secondsSince1970: 880_627_706, zoneMinutes: 60)
        delayed.diagnostic = .local("connection timed out")
        var report = try report([failed, delayed])
        report.envelopeID = "QQ314159"
        report.arrival = Self.date
        report.receivedFrom = Domain("client.example.net")
        let fixture = try written(report, original: returned(original))
        let status = try status(fixture)
        #expect(status.originalEnvelopeID == "QQ314159")
        #expect(status.reportingMTA == .init(type: "dns", text: "mail.example.test"))
        #expect(status.receivedFromMTA == .init(type: "dns", text: "client.example.net"))
        #expect(status.arrivalDate == Self.date)
        try #require(status.recipients.count == 2)
        let (first, second) = (status.recipients[0], status.recipients[1])
        #expect(first.originalRecipient == .init(type: "rfc822", text: "first@example.org"))
        #expect(first.finalRecipient == .init(type: "rfc822", text: "b@example.org"))
        #expect(first.action == .failed)
        #expect(first.status == failed.status)
        #expect(first.remoteMTA == .init(type: "dns", text: "mx.example.org"))
        #expect(
            first.diagnosticCode
                == .init(type: "smtp", text: "550-5.1.1 <b@example.org>: 550 5.1.1 no such user"))
        #expect(first.lastAttemptDate == Self.date)
        #expect(second.action == .delayed)
        #expect(second.diagnosticCode == .init(type: "x-paloma", text: "connection timed out"))
        #expect(second.willRetryUntil == delayed.willRetryUntil)
    }

    @Test func theMessageAroundIt() throws {
        let fixture = try written(try report([recipient("b@example.org")]), original: returned(original))
        let message = WrittenMessage(bytes: fixture.octets)
        #expect(fixture.outline.hasPrefix("report(text/plain "))
        #expect(message.field("Content-Type")?.contains("report-type=delivery-status") == true)
        #expect(message.decoded("Subject") == "Not delivered: Café con leche")
        #expect(message.field("Auto-Submitted") == " auto-replied")
        #expect(message.field("In-Reply-To") == " <m@example.test>")
        #expect(message.field("References") == " <r@example.test> <m@example.test>")
        #expect(message.field("To") == " a@example.test")
        #expect(message.isWellFormed)
        #expect(isLawful(fixture.octets, .sevenBit))
        let parts = fixture.message.children(of: 0).map { fixture.describe($0).mediaType }
        #expect(parts == ["text/plain", "message/delivery-status", "message/rfc822"])
        #expect(fixture.section("3") == text(original))
    }

    @Test func theWordsForPeople() throws {
        var failed = try recipient("b@example.org")
        failed.remoteMTA = Domain("mx.example.org")
        failed.diagnostic = .smtp(["550 5.1.1 no such user"])
        let report = try report([failed])
        #expect(
            explanation(try written(report, original: returned(original)))
                == text(
                    crlf(
                        """
                        This is the mail server mail.example.test. It is about a message that
                        was sent from your address:

                          Subject: Café con leche
                          Sent: Thursday, 20 November 1997, 09:55 (-0600)

                        Your message could not be delivered to this recipient:

                          b@example.org
                            There is no mailbox with this address. Please check the spelling of
                            what stands before the @, or ask the recipient for the right
                            address.
                            The server mx.example.org said:
                              550 5.1.1 no such user

                        Recipients who are not named here are not affected.

                        The attached details are for the administrator of your mail, should you
                        ask for help. Your message is attached as well.

                        """)))
        let spanish = explanation(try written(report, .spanish, original: returned(original)))
        #expect(spanish.contains("Enviado: jueves, 20 de noviembre de 1997, a las 09:55 (-0600)"))
        #expect(spanish.contains("No existe ningún buzón con esta dirección."))
        #expect(spanish.contains("El servidor mx.example.org dijo:\r\n      550 5.1.1 no such user\r\n"))
    }

    /// RFC 3461 §4.3.
    @Test func howMuchComesBack() throws {
        let failed = try report([recipient("b@example.org")])
        let delivered = try report([
            recipient("b@example.org", .delivered, EnhancedStatusCode(.success, 1, 5))
        ])
        var small = DeliveryReportLimits()
        small.returnedMessageOctetsMax = original.count - 1
        let cases: [(DeliveryReport, EnvelopeParameters.Return?, DeliveryReportLimits, String)] = [
            (failed, nil, .init(), "message/rfc822"), (failed, .full, .init(), "message/rfc822"),
            (failed, .headers, .init(), "text/rfc822-headers"), (delivered, .full, .init(), "text/rfc822-headers"),
            (failed, .full, small, "text/rfc822-headers"),
        ]
        for (report, wish, limits, type) in cases {
            let fixture = try written(report, original: returned(original, wish), limits: limits)
            #expect(fixture.message.children(of: 0).map { fixture.describe($0).mediaType }.last == type)
            #expect(text(fixture.octets).contains("The body.") == (type == "message/rfc822"))
            #expect(text(fixture.octets).contains("Message-ID: <m@example.test>"))
        }
        #expect(Array(try written(failed).message.children(of: 0)).count == 2)
    }

    @Test func eightBitOriginalsComeBackInSevenBits() throws {
        let failed = try report([recipient("b@example.org")])
        let body = crlf("Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\nSeñor\n")
        let converted = try written(failed, original: returned(body))
        #expect(isLawful(converted.octets, .sevenBit))
        #expect(contents(converted.octets).last == crlf("Señor\n"))
        for wish in [EnvelopeParameters.Return.full, .headers] {
            let header = crlf("Subject: é\n\n")
            let fixture = try written(failed, original: returned(header + crlf("é\n"), wish))
            #expect(isLawful(fixture.octets, .sevenBit))
            // An encoded message is one opaque part to our reader.
            let type = wish == .full ? "message/global" : "message/global-headers"
            #expect(text(fixture.octets).contains("Content-Type: \(type)\r\nContent-Transfer-Encoding: base64\r\n"))
            #expect(contents(fixture.octets).last?.starts(with: header) == true)
        }
        // Neither UTF-8 nor convertible: the header as far as it can be read.
        let latin = octets("Subject: ") + [0xE9] + crlf("\n\nHi\n")
        #expect(isLawful(try written(failed, original: returned(latin, .headers)).octets, .sevenBit))
    }

    /// RFC 6533.
    @Test func addressesInUTF8() throws {
        var failed = try recipient("ño+ñá@example.org")
        failed.original = .init(addressType: "utf-8", address: "ño@example.org")
        failed.diagnostic = .smtp(["550 5.1.1 ¿Quién?"])
        let report = try report([failed])
        let seven = try written(report, original: returned(original))
        #expect(isLawful(seven.octets, .sevenBit))
        #expect(text(seven.octets).contains("Final-Recipient: utf-8; \\x{F1}o\\x{2B}\\x{F1}\\x{E1}@example.org"))
        #expect(try status(seven).recipients[0].originalRecipient == .init(type: "utf-8", text: "ño@example.org"))
        #expect(try status(seven).recipients[0].diagnosticCode?.text == "550 5.1.1 ?Qui?n?")
        let eight = try written(report, to: "á@example.test", original: returned(crlf("Subject: é\n\né\n")))
        let types = eight.message.children(of: 0).map { eight.describe($0).mediaType }
        #expect(types == ["text/plain", "message/global-delivery-status", "message/global"])
        #expect(text(eight.octets).contains("Final-Recipient: utf-8; ño+ñá@example.org"))
        #expect(try status(eight).recipients[0].diagnosticCode?.text == "550 5.1.1 ¿Quién?")
        #expect(isLawful(eight.octets, .eightBitMIME))
    }

    /// Nothing that a peer or sender says changes the structure of the report.
    @Test func hostileWords() throws {
        var failed = try recipient("b@example.org")
        failed.original = .init(addressType: "rfc822\r\nX", address: "a\r\n\r\nFinal-Recipient: rfc822; evil@x")
        failed.diagnostic = .smtp([
            "550 a\r\n\r\nFinal-Recipient: rfc822; evil@x", String(repeating: "x", count: 5_000),
        ])
        var report = try report([failed])
        report.envelopeID = "id\r\n\r\nFinal-Recipient: rfc822; evil@x"
        let subject = crlf("Subject: =?utf-8?q?a=0D=0AX-Evil:_b=0D=0A=0D=0Ac?=\nMessage-ID: <a\u{1}b@x>\n\nHi\n")
        for language in ReportLanguage.allCases {
            let fixture = try written(report, language, original: returned(subject))
            #expect(try status(fixture).recipients.count == 1)
            #expect(WrittenMessage(bytes: fixture.octets).field("X-Evil") == nil)
            #expect(isLawful(fixture.octets, .sevenBit))
        }
    }

    /// However the original is given, and whatever it is, a report can be written.
    @Test func anyOriginal() throws {
        let failed = try report([recipient("b@example.org")])
        var seed = CodecSeed(9)
        for round in 0..<300 {
            let octets = seed.mutation(of: richMessage, alphabet: octets("\r\n:\0") + [0xFF, 0xC3])
            let source = ByteSource(sizeBytes: nil) { body in
                for octet in octets { try body([octet].span) }
            }
            let wish: EnvelopeParameters.Return = round % 2 == 0 ? .full : .headers
            let original = DeliveryReport.Original(source: source, sizeBytes: octets.count, dsnReturn: wish)
            let fixture = try written(failed, original: original)
            #expect(isLawful(fixture.octets, .sevenBit))
            #expect(try status(fixture).recipients.count == 1)
        }
    }

    @Test func descriptionsTellNoAddress() throws {
        #expect("\(try report([recipient("b@example.org")]))" == "report of failed 5.1.1")
    }
}
