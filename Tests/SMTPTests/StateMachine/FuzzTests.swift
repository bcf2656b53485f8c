import Foundation
import NIOCore
import SMTP
import Testing

/// Seeded mutations of the named corpus in Fixtures/Corpus: whatever comes, however it is split, the answer is the same,
/// nothing traps, and nothing piles up. (`FakeSession` traps when questions come in a wrong order.)
@Suite struct FuzzTests {
    static let corpus: [[UInt8]] = {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Fixtures/Corpus")
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return names.sorted().compactMap { (try? Data(contentsOf: folder.appending(path: $0))).map(Array.init) }
    }()

    private static let tokens: [[UInt8]] = [
        "\r\n", "\n", "\r", "\0", ".", "\r\n.\r\n", "\n.\n", " ", "<", ">", "@", ":", "\"", "\\", "=", "+", "[", "]",
        ",", "LAST", "BDAT 3\r\n",
        "BDAT 0 LAST\r\n", "DATA\r\n", "RSET\r\n", "MAIL FROM:<a@b.example>\r\n", "RCPT TO:<c@example.test>\r\n",
        "EHLO x\r\n", "LHLO x\r\n",
        "AUTH PLAIN ", "AUTH LOGIN\r\n", "AUTH SCRAM-SHA-256 biwsbj11c2VyLHI9cg==\r\n", "AHVzZXIAc2VjcmV0\r\n", "*\r\n",
        "HOLDFOR=1", "BY=1;R",
        "SIZE=", "NOTIFY=NEVER", "SMTPUTF8", "\u{e9}", "99999999999999999999",
    ].map { Array($0.utf8) }

    private func configuration(_ role: Role, _ policy: BareLinePolicy) -> SMTPServerConfiguration {
        var limits = SMTPLimits()
        limits.protocolErrorsMax = 50
        limits.messageOctetsMax = 200
        limits.commandLineOctetsMax = 512
        return SMTPServerConfiguration(
            hostname: "mail.example.test", role: role, limits: limits, bareLinePolicy: policy,
            extensions: role == .submission ? [.standard, .deliverBy, .futureRelease] : .standard,
            logins: role == .submission ? .allowsClearText : .none)
    }

    @Test func corpusIsThere() {
        #expect(FuzzTests.corpus.count >= 10)
    }

    @Test(arguments: [Role.mta, .lmtp, .submission], [BareLinePolicy.reject, .convert])
    func splitsChangeNothing(_ role: Role, _ policy: BareLinePolicy) {
        var generator = SeededGenerator(role == .mta ? 25 : 24)
        let configuration = configuration(role, policy)
        for _ in 0..<1_500 {
            let octets = mutated(using: &generator)
            var whole = TestConnection(configuration)
            whole.receive(octets)
            var split = TestConnection(configuration)
            var rest = octets[...]
            while !rest.isEmpty {
                let count = Int.random(in: 1...min(rest.count, 30), using: &generator)
                split.receive(rest.prefix(count))
                rest = rest.dropFirst(count)
                if split.end == .open, split.leftOver > (role == .submission ? 12_290 : 512) {
                    Issue.record("octets pile up")
                }
            }
            let isSame = whole.text == split.text && whole.session.messages == split.session.messages
            // Never more than one message for one true end.
            if !isSame || whole.session.messages.count > trueEnds(octets) {
                Issue.record("\(String(decoding: octets, as: UTF8.self).debugDescription)")
                return
            }
        }
    }

    /// One reply for one command, in whatever order commands come.
    @Test func oneReplyForOneCommand() {
        var generator = SeededGenerator(5321)
        let lines = [
            "EHLO a", "HELO a", "MAIL FROM:<a@b.example>", "MAIL FROM:<a@b.example> BODY=BINARYMIME",
            "RCPT TO:<c@example.test>",
            "RCPT TO:<nobody@example.test>", "RSET", "NOOP", "VRFY x", "EXPN x", "HELP", "XYZZY", "MAIL FROM:<",
            "RCPT TO:<spammer>",
            "BDAT 0", "BDAT 0 LAST", "BDAT 4\r\nQUIT", "BDAT 4 LAST\r\nQUIT", "DATA", "DATA",
            "MAIL FROM:<spammer@x.example>",
        ]
        for _ in 0..<300 {
            var limits = SMTPLimits()
            limits.protocolErrorsMax = .max
            limits.refusedRecipientsMax = .max
            var connection = TestConnection(
                SMTPServerConfiguration(hostname: "mail.example.test", role: .mta, limits: limits))
            for _ in 0..<40 {
                let line = lines[Int.random(in: 0..<lines.count, using: &generator)]
                let before = connection.replies
                // A chunk's octets end without CRLF.
                connection.receive(line.hasPrefix("BDAT 4") ? line : line + "\r\n")
                if connection.replies != before + 1 { Issue.record("\(line)") }
                if line == "DATA", connection.text.hasSuffix("<CR><LF>.<CR><LF>\r\n") {
                    connection.receive("text\r\n.\r\n")
                    #expect(connection.replies == before + 2)
                }
            }
        }
    }

    private func mutated(using generator: inout SeededGenerator) -> [UInt8] {
        var octets = FuzzTests.corpus.randomElement(using: &generator) ?? []
        for _ in 0..<Int.random(in: 0...6, using: &generator) {
            let position = Int.random(in: 0...octets.count, using: &generator)
            switch Int.random(in: 0..<5, using: &generator) {
            case 0:
                octets.insert(UInt8.random(in: 0...255, using: &generator), at: position)
            case 1 where position < octets.count:
                octets.remove(at: position)
            case 2 where position < octets.count:
                octets[position] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
            case 3:
                let end = Int.random(in: position...octets.count, using: &generator)
                octets.insert(contentsOf: Array(octets[position..<end].prefix(80)), at: position)
            default:
                octets.insert(contentsOf: FuzzTests.tokens.randomElement(using: &generator) ?? [], at: position)
            }
        }
        return octets
    }

    /// At most so many messages can be in it: CRLF.CRLF, and each LAST.
    private func trueEnds(_ octets: [UInt8]) -> Int {
        let text = String(decoding: octets, as: UTF8.self).utf8.map { $0 }
        var count = 0
        for index in text.indices {
            if text[index...].starts(with: ".\r\n".utf8) { count += 1 }
            if text[index...].prefix(4).map({ $0 & 0xdf }) == Array("LAST".utf8) { count += 1 }
        }
        return count
    }
}
