import Foundation
import InternetMessage
import MailCore
import Testing

/// Python's email package reads reports and has to find what was told.
@Suite struct ReportJudgeTests {
    @Test(arguments: ["a@example.test", "á@example.test"]) func pythonReadsTheSame(_ sender: String) throws {
        var report = DeliveryReport(reportingMTA: try #require(Domain("mail.example.test")), recipients: [])
        for index in 0..<5 {
            var recipient = DeliveryReport.Recipient(
                try address("person\(index)@example.org"), .failed, EnhancedStatusCode(.permanentFailure, 2, 2))
            recipient.diagnostic = .smtp([String(repeating: "552 word \(index) ", count: 20)])
            recipient.remoteMTA = Domain("mx\(index).example.org")
            report.recipients.append(recipient)
        }
        let original = crlf("Subject: hello\n\nHi\n")
        let heading = DeliveryReport.Heading(
            from: .init(name: "Paloma", address: try address("postmaster@example.test")), to: try address(sender),
            date: MailDate(secondsSince1970: 880_127_706, zoneMinutes: 60),
            messageID: InternetMessageID("report@mail.example.test"), language: .spanish)
        let options = DeliveryReport.options(for: heading.to)
        let builder = try report.message(
            heading, original: .init(source: ByteSource(original), sizeBytes: original.count), options: options)
        let told = try judge(try builder.written(options).bytes)
        var expected = [
            "multipart/report delivery-status auto-replied No entregado: hello", "Reporting-MTA=dns; mail.example.test",
        ]
        for index in 0..<5 {
            let words = Array(repeating: "552 word \(index)", count: 20).joined(separator: " ")
            expected.append(
                "Final-Recipient=rfc822; person\(index)@example.org|Action=failed|Status=5.2.2|"
                    + "Remote-MTA=dns; mx\(index).example.org|Diagnostic-Code=smtp; \(words)")
        }
        #expect(told == expected + ["hello", "defects 0"])
    }

    private func judge(_ message: [UInt8]) throws -> [String] {
        let script = """
            import email, email.policy, sys
            m = email.message_from_bytes(sys.stdin.buffer.read(), policy=email.policy.default)
            print(m.get_content_type(), m.get_param("report-type"), m["Auto-Submitted"], m["Subject"])
            text, status, returned = m.get_payload()
            for block in status.get_payload():
                print("|".join(f"{k}={' '.join(v.split())}" for k, v in block.items()))
            print(returned.get_payload(0)["Subject"])
            print("defects", sum(len(p.defects) for p in m.walk()))
            """
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["python3", "-c", script]
        let (input, output) = (Pipe(), Pipe())
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        input.fileHandleForWriting.write(Data(message))
        try input.fileHandleForWriting.close()
        let told = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0, "python3 is needed")
        return String(decoding: told, as: UTF8.self).split(separator: "\n").map(String.init)
    }
}
