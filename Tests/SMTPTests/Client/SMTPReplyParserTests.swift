import MailCore
import NIOCore
import SMTP
import Testing

@Suite struct SMTPReplyParserTests {
    private func parse(_ octets: [UInt8], pieces: [Int]) -> (replies: [SMTPReply], error: SMTPReplyError?) {
        var parser = SMTPReplyParser()
        var input = ByteBuffer()
        var replies: [SMTPReply] = []
        var rest = octets[...]
        for length in pieces + [octets.count] {
            input.writeBytes(rest.prefix(length))
            rest = rest.dropFirst(length)
            do throws(SMTPReplyError) {
                while let reply = try parser.next(&input) { replies.append(reply) }
            } catch {
                return (replies, error)
            }
        }
        return (replies, nil)
    }

    /// Octets, and what they say: replies as `SMTPReply` describes them.
    @Test(arguments: [
        ("250 ok\r\n", ["250 ok"]), ("250\r\n", ["250 "]), ("250-\r\n250\r\n", ["250-\n250 "]),
        ("250 2.1.5 ok\r\n", ["250 2.1.5 ok"]), ("550 5.1.1\r\n", ["550 5.1.1 "]),
        ("250-2.1.0 a\r\n250 2.1.0 b\r\n", ["250-2.1.0 a\n250 2.1.0 b"]),
        ("550 4.1.1 contradicts\r\n", ["550 4.1.1 contradicts"]), ("250 2.1 no code\r\n", ["250 2.1 no code"]),
        ("250 2.1.1000 no code\r\n", ["250 2.1.1000 no code"]), ("250 a\n354 b\n", ["250 a", "354 b"]),
        ("250 a\r\r\n", ["250 a"]), ("250ok\r\n", ["250ok"].map { _ in "250 ok" }), ("250\tok\r\n", ["250  ok"]),
        ("550-a\r\n450 b\r\n", ["450-a\n450 b"]), ("299 x\r\n", ["299 x"]), ("220 \u{1}\u{7f}x\r\n", ["220   x"]),
        ("250 ñ\r\n", ["250 \\x{F1}"]),
    ])
    func replies(text: String, expected: [String]) {
        let octets = Array(text.utf8)
        #expect(parse(octets, pieces: []).replies.map(\.description) == expected)
        let single = parse(octets, pieces: octets.map { _ in 1 })
        #expect(single.replies.map(\.description) == expected)
        #expect(single.error == nil)
    }

    @Test func octetsThatAreNoUTF8() {
        let octets: [UInt8] = Array("550 ".utf8) + [0xff, 0x00, 0xc3] + [13, 10]
        #expect(parse(octets, pieces: []).replies.first?.description == "550 \\x{FFFD} \\x{FFFD}")
    }

    @Test(arguments: [
        "\r\n", "ok\r\n", "25\r\n", "2500 x\r\n", "150 x\r\n", "650 x\r\n", " 250 x\r\n", "2x0 x\r\n",
        "250-a\r\nnext\r\n", "HTTP/1.1 200 OK\r\n",
    ])
    func garbage(text: String) {
        guard case .notAReply? = parse(Array(text.utf8), pieces: []).error else {
            Issue.record("taken for a reply")
            return
        }
    }

    @Test func limits() {
        let long = "250 " + String(repeating: "x", count: 2_043)
        #expect(parse(Array((long + "\n").utf8), pieces: []).error == nil)
        #expect(parse(Array((long + "x\n").utf8), pieces: []).error == .lineTooLong)
        #expect(parse(Array((long + "xx").utf8), pieces: []).error == .lineTooLong)
        let many = String(repeating: "250-x\r\n", count: 200)
        #expect(parse(Array((many + "250 x\r\n").utf8), pieces: []).error == .tooManyLines)
    }

    @Test func enhancedStatusCodes() {
        let reply = parse(Array("451 4.7.650 later\r\n".utf8), pieces: []).replies.first
        #expect(reply?.enhancedStatusCode == EnhancedStatusCode(.persistentTransientFailure, 7, 650))
        #expect(reply?.texts == ["later"])
        #expect(parse(Array("550 4.1.1 x\r\n".utf8), pieces: []).replies.first?.enhancedStatusCode == nil)
    }
}
