import InternetMessage
import MailCore
import Testing

/// RFC 3464.
@Suite struct DeliveryStatusTests {
    private typealias Typed = DeliveryStatus.Typed

    private func status(_ message: String) throws -> DeliveryStatus {
        let octets = crlf(message)
        return try #require(
            octets.withUnsafeBytes { DeliveryStatus(in: ParsedMessage(parsing: $0), $0) })
    }

    private func report(_ status: String, type: String = "delivery-status") -> String {
        """
        MIME-Version: 1.0
        Content-Type: multipart/report; report-type=delivery-status; boundary="RAA14128.773615765/CS.UTK.EDU"

        --RAA14128.773615765/CS.UTK.EDU

        The original message was received at Sat, 2 Jul 1994 17:10:28 -0400

        --RAA14128.773615765/CS.UTK.EDU
        content-type: message/\(type)

        \(status)
        --RAA14128.773615765/CS.UTK.EDU
        content-type: message/rfc822

        [original message goes here]

        --RAA14128.773615765/CS.UTK.EDU--

        """
    }

    /// RFC 3464 Appendix E, "Simple DSN".
    @Test func simpleExample() throws {
        let status = try status(
            report(
                """
                Reporting-MTA: dns; cs.utk.edu

                Original-Recipient: rfc822;louisl@larry.slip.umd.edu
                Final-Recipient: rfc822;louisl@larry.slip.umd.edu
                Action: failed
                Status: 4.0.0
                Diagnostic-Code: smtp; 426 connection timed out
                Last-Attempt-Date: Thu, 7 Jul 1994 17:15:49 -0400

                """))
        #expect(status.reportingMTA == Typed(type: "dns", text: "cs.utk.edu"))
        let recipient = try #require(status.recipients.first)
        #expect(status.recipients.count == 1)
        #expect(recipient.originalRecipient == Typed(type: "rfc822", text: "louisl@larry.slip.umd.edu"))
        #expect(recipient.finalRecipient == recipient.originalRecipient)
        #expect(recipient.action == .failed)
        #expect(recipient.status == EnhancedStatusCode(.persistentTransientFailure, 0, 0))
        #expect(recipient.diagnosticCode == Typed(type: "smtp", text: "426 connection timed out"))
        #expect(recipient.lastAttemptDate?.description == "Thu, 7 Jul 1994 17:15:49 -0400")
    }

    /// RFC 3464 Appendix E, "Multi-Recipient DSN".
    @Test func exampleWithSeveralRecipients() throws {
        let status = try status(
            report(
                """
                Reporting-MTA: dns; cs.utk.edu

                Original-Recipient: rfc822;arathib@vnet.ibm.com
                Final-Recipient: rfc822;arathib@vnet.ibm.com
                Action: failed
                Status: 5.0.0 (permanent failure)
                Diagnostic-Code: smtp;  550 'arathib@vnet.IBM.COM' is not a
                 registered gateway user
                Remote-MTA: dns; vnet.ibm.com

                Original-Recipient: rfc822;johnh@hpnjld.njd.hp.com
                Final-Recipient: rfc822;johnh@hpnjld.njd.hp.com
                Action: delayed
                Status: 4.0.0 (hpnjld.njd.jp.com: host name lookup failure)

                Original-Recipient: rfc822;wsnell@sdcc13.ucsd.edu
                Final-Recipient: rfc822;wsnell@sdcc13.ucsd.edu
                Action: failed
                Status: 5.0.0
                Diagnostic-Code: smtp; 550 user unknown
                Remote-MTA: dns; sdcc13.ucsd.edu

                """))
        #expect(status.recipients.map(\.action) == [.failed, .delayed, .failed])
        #expect(status.recipients.map { $0.status?.description } == ["5.0.0", "4.0.0", "5.0.0"])
        #expect(
            status.recipients[0].diagnosticCode?.text == "550 'arathib@vnet.IBM.COM' is not a registered gateway user")
        #expect(status.recipients[2].remoteMTA?.text == "sdcc13.ucsd.edu")
    }

    /// RFC 3464 Appendix E, "DSN from gateway to foreign system" and "Delayed DSN".
    @Test func examplesOfOtherSystems() throws {
        let gateway = try status(
            report(
                """
                Reporting-MTA: mailbus; SYS30

                Final-Recipient: unknown; nair_s
                Status: 5.0.0 (unknown permanent failure)
                Action: failed

                """))
        #expect(gateway.reportingMTA?.type == "mailbus")
        #expect(gateway.recipients.map { $0.finalRecipient } == [Typed(type: "unknown", text: "nair_s")])
        let delayed = try status(
            report(
                """
                Reporting-MTA: dns; sun2.nsfnet-relay.ac.uk

                Final-Recipient: rfc822;thomas@de-montfort.ac.uk
                Status: 4.0.0 (unknown temporary failure)
                Action: delayed

                """))
        #expect(delayed.recipients.map(\.action) == [.delayed])
    }

    /// RFC 6533 §3, §4.1.
    @Test func addressesInUTF8() throws {
        let seven = try status(
            report(
                "Reporting-MTA: dns; a.test\n\nFinal-Recipient: utf-8; \\x{F1}o\\x{2B}1\\x{5C}@x.test\nAction: failed\n"
            ))
        #expect(seven.recipients[0].finalRecipient == Typed(type: "utf-8", text: "ño+1\\@x.test"))
        let eight = try status(
            report("Reporting-MTA: dns; a\n\nFinal-Recipient: utf-8; ño@x.test\n", type: "global-delivery-status"))
        #expect(eight.recipients[0].finalRecipient?.text == "ño@x.test")
        #expect(eight.recipients[0].action == nil)
    }

    @Test func brokenStatuses() throws {
        for text in ["", "\r\n\r\n", "Action: failed", "Final-Recipient", "Final-Recipient: ", ": x\r\n\r\n: y"] {
            #expect(DeliveryStatus(parsing: octets(text)).recipients.isEmpty)
        }
        // No empty line behind the message's fields; lines that end with LF.
        let merged = DeliveryStatus(
            parsing: octets("Reporting-MTA: dns;a\nFinal-Recipient: b\nStatus: 5.1.x\nAction: no"))
        #expect(merged.recipients.map(\.finalRecipient) == [Typed(type: "", text: "b")])
        #expect(merged.recipients[0].status == nil)
        #expect(merged.recipients[0].action == nil)
        var limits = DeliveryReportLimits()
        limits.recipientsMax = 3
        let many = String(repeating: "Final-Recipient: rfc822;a@b\n\n", count: 9)
        #expect(DeliveryStatus(parsing: octets(many), limits: limits).recipients.count == 3)
        #expect(octets("Subject: a\n\nb").withUnsafeBytes { DeliveryStatus(in: ParsedMessage(parsing: $0), $0) } == nil)
    }

    @Test func brokenOctetsMakeNoTrap() {
        var seed = CodecSeed(3)
        let whole = octets("Reporting-MTA: dns;a\n\nFinal-Recipient: utf-8;\\x{F1}\nStatus: 5.1.1\nAction: failed\n\n")
        for _ in 0..<3_000 {
            _ = DeliveryStatus(parsing: seed.mutation(of: whole, alphabet: octets("\r\n:;\\x{}. \u{7F}é")))
        }
    }
}
