import Testing

@testable import MailClient

struct ReadableMessageTests {
    private func read(_ text: String) -> ReadableMessage {
        ReadableMessage(Array(text.replacing("\n", with: "\r\n").utf8))
    }

    @Test func alternatives() {
        let message = read(
            """
            Content-Type: multipart/mixed; boundary=m

            --m
            Content-Type: multipart/alternative; boundary=a

            --a
            Content-Type: text/plain; format=flowed

            One\u{20}
            paragraph
            --a
            Content-Type: text/html

            <p>HTML</p>
            --a--
            --m
            Content-Type: application/octet-stream; name="b.bin"
            Content-Transfer-Encoding: base64

            AQID
            --m
            Content-Type: message/rfc822

            Subject: within

            Hidden
            --m--
            """)
        #expect(message.lines == ["One paragraph"])
        #expect(message.attachments.map(\.mediaType) == ["application/octet-stream", "message/rfc822"])
        #expect(message.content(of: message.attachments[0]) == [1, 2, 3])
        #expect(
            String(decoding: message.content(of: message.attachments[1]), as: UTF8.self).hasPrefix("Subject: within"))
    }

    @Test func emptyTextGivesWayToHTML() {
        let message = read(
            """
            Content-Type: multipart/alternative; boundary=a

            --a

            \u{20}
            --a
            Content-Type: text/html

            <p>See <a href="https://x.test">this</a></p>
            --a--
            """)
        #expect(message.lines == ["See this[1]"] && message.links == ["https://x.test"])
    }

    /// Any octets are a message.
    @Test(
        arguments: [
            [], [0], Array("\r\n".utf8), Array("Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n".utf8),
        ] as [[UInt8]])
    func anything(octets: [UInt8]) {
        #expect(ReadableMessage(octets).attachments.count <= 1)
    }
}
