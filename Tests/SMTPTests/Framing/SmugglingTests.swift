import MailCore
import NIOCore
import SMTP
import Testing

/// Whatever looks like an end of data and is none: every variant, split in every way.
@Suite struct SmugglingTests {
    /// Between the first message's text and the commands to be smuggled.
    static let falseEnds: [String] = {
        let ends = [
            "\n", "\r", "\r\n", "\0\r\n", "\r\0\n", "\r\n\0", "\0\n", "\n\r", "\r\r\n", "\r\r", "\n\n", "\t\r\n",
            " \r\n",
        ]
        var all: [String] = []
        for before in ends {
            for after in ends where !(before.hasSuffix("\r\n") && after == "\r\n") {
                // A second CRLF.CRLF hidden in a variant would be a true end.
                let text = before + "." + after
                if !("\n" + text).contains("\r\n.\r\n") || !before.hasSuffix("\r\n") { all.append(text) }
            }
        }
        return all + [
            "\r\n.\0\r\n", "\r\n\0.\r\n", "\r\n..\r\n", "\r\n. \r\n", "\u{2028}.\u{2028}", "\u{85}.\u{85}",
            "\u{b}.\u{b}",
        ]
    }()

    private let smuggled = "MAIL FROM:<evil@b.example>\r\nRCPT TO:<c@example.test>\r\nDATA\r\nevil"

    private func connection(_ policy: BareLinePolicy) -> TestConnection {
        var limits = SMTPLimits()
        limits.protocolErrorsMax = 1_000
        var connection = TestConnection(
            SMTPServerConfiguration(hostname: "mail.example.test", role: .mta, limits: limits, bareLinePolicy: policy))
        connection.receive("EHLO a\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<c@example.test>\r\nDATA\r\n")
        return connection
    }

    @Test(arguments: falseEnds, [BareLinePolicy.reject, .convert])
    func neverEndsAMessage(_ falseEnd: String, _ policy: BareLinePolicy) {
        let start = Array("text".utf8)
        let data = start + Array(falseEnd.utf8) + Array(smuggled.utf8) + Array("\r\n.\r\nNOOP\r\n".utf8)
        let prepared = connection(policy)
        // Two cuts anywhere around the false end, and octet by octet.
        let around = start.count + falseEnd.utf8.count + 3
        for first in 0...around {
            for second in first...around {
                check(data, cuts: [first, second], prepared)
            }
        }
        check(data, cuts: Array(1..<data.count), prepared)
    }

    private func check(_ data: [UInt8], cuts: [Int], _ prepared: TestConnection) {
        var connection = prepared
        var start = 0
        for cut in cuts + [data.count] {
            connection.receive(data[start..<cut])
            start = cut
        }
        // One reply for the message, one for NOOP; one transaction; and the smuggled commands are text of the message.
        let isWhole =
            connection.replies == prepared.replies + 2 && connection.session.messages.count <= 1
            && connection.session.events.filter { $0.hasPrefix("mail") }.count == 1
            && connection.session.messages.allSatisfy { $0.body.contains("DATA") }
            && connection.text.hasSuffix("250 2.0.0 Ok\r\n")
        if !isWhole { Issue.record("\(String(decoding: data, as: UTF8.self).debugDescription), cut at \(cuts)") }
    }

    /// The end at the very start of the data, and the true end in every split.
    @Test(arguments: [".\r\n", "\r\n.\r\n", "text\r\n.\r\n", "..\r\n.\r\n", "a\r\n..\r\n.\r\n"])
    func trueEndsEnd(_ data: String) {
        let octets = Array(data.utf8) + Array("NOOP\r\n".utf8)
        let prepared = connection(.reject)
        for first in 0...octets.count {
            for second in first...octets.count {
                var connection = prepared
                connection.receive(octets[..<first])
                connection.receive(octets[first..<second])
                connection.receive(octets[second...])
                #expect(connection.session.messages.count == 1)
                #expect(connection.text.hasSuffix("250 2.0.0 Ok\r\n"))
            }
        }
    }
}
