import MailCore
import NIOCore
import SMTP
import Testing

@Suite struct SMTPReplyTests {
    private func wire(_ reply: SMTPReply) -> String {
        var output = ByteBuffer()
        reply.write(into: &output)
        return String(buffer: output)
    }

    private let status = EnhancedStatusCode(.permanentFailure, 1, 1)

    @Test func writesLines() {
        #expect(wire(SMTPReply(250, "Ok")) == "250 Ok\r\n")
        #expect(wire(SMTPReply(550, status, "No")) == "550 5.1.1 No\r\n")
        #expect(wire(SMTPReply(250, nil, lines: ["a", "b", "c"])) == "250-a\r\n250-b\r\n250 c\r\n")
        #expect(wire(SMTPReply(550, status, lines: ["a", "b"])) == "550-5.1.1 a\r\n550 5.1.1 b\r\n")
        #expect(wire(SMTPReply(250, nil, lines: [])) == "250 \r\n")
    }

    /// A reply cannot be made to carry another one.
    @Test func textIsSanitised() {
        #expect(wire(SMTPReply(550, status, "a\r\n250 b\0\tc\u{7f}é")) == "550 5.1.1 a  250 b  c \\x{E9}\r\n")
        let path = ForwardPath.address(EmailAddress("дима@example.test")!)
        #expect(wire(.noSuchUser(path)).utf8.allSatisfy { $0 < 0x80 })
    }

    @Test func longTextIsBroken() {
        for text in [
            String(repeating: "word ", count: 400), String(repeating: "x", count: 2_000),
            String(repeating: "é", count: 999),
        ] {
            let lines = wire(SMTPReply(550, status, text)).split(separator: "\r\n")
            #expect(lines.count > 3)
            #expect(lines.allSatisfy { $0.utf8.count + 2 <= SMTPReply.lineOctetsMax })
            #expect(lines.dropLast().allSatisfy { $0.hasPrefix("550-5.1.1 ") })
            #expect(lines.last?.hasPrefix("550 5.1.1 ") == true)
        }
    }

    @Test func codesThatAreNoneBecomeALocalError() {
        #expect(SMTPReply(0, "x").code == 451)
        #expect(SMTPReply(999, "x").code == 451)
    }

    /// The class of the status is the first digit (RFC 2034 §4).
    @Test func statusesFitTheirCodes() {
        let path = ForwardPath.postmaster
        let replies: [SMTPReply] = [
            .queued(as: QueueID(rawValue: 1)), .delivered(to: path, as: QueueID(rawValue: 1)), .noSuchUser(path),
            .relayingDenied(path),
            .accountDisabled(path), .overQuota(path), .exceedsQuota(path), .insufficientStorage, .localError,
            .loopDetected,
            .shuttingDown, .timedOut, .tooManyConnections, .messageTooBig(limitOctets: 1),
        ]
        for reply in replies {
            #expect(reply.enhancedStatusCode.map { UInt16($0.classCode.rawValue) } == reply.code / 100, "\(reply)")
            #expect(!reply.description.contains("\n"))
        }
    }
}
