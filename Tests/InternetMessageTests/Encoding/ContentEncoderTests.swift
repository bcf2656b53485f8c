import InternetMessage
import Testing

@Suite struct ContentEncoderTests {
    private func base64(_ content: [UInt8], pieces: Int) -> [UInt8] {
        var encoder = Base64Encoder()
        var output: [UInt8] = []
        var start = 0
        while start < content.count {
            let end = min(content.count, start + pieces)
            encoder.encode(content[start..<end].span, into: &output)
            start = end
        }
        encoder.finish(into: &output)
        return output
    }

    private func quotedPrintable(_ content: [UInt8], pieces: Int, keepsLineEnds: Bool = true) -> [UInt8] {
        var encoder = QuotedPrintableEncoder(keepsLineEnds: keepsLineEnds)
        var output: [UInt8] = []
        var start = 0
        while start < content.count {
            let end = min(content.count, start + pieces)
            encoder.encode(content[start..<end].span, into: &output)
            start = end
        }
        encoder.finish(into: &output)
        return output
    }

    private func longestLine(_ encoded: [UInt8]) -> Int {
        encoded.split(separator: 0x0A, omittingEmptySubsequences: false)
            .map { $0.last == 0x0D ? $0.count - 1 : $0.count }.max() ?? 0
    }

    @Test func base64RoundTrips() {
        var seed = CodecSeed(1)
        for count in Array(0...130) + [10_000] {
            let content = seed.bytes(count)
            let encoded = base64(content, pieces: 10_000)
            for pieces in [1, 2, 3, 5, 57] { #expect(base64(content, pieces: pieces) == encoded) }
            #expect(longestLine(encoded) <= 76)
            #expect(encoded.isEmpty || encoded.suffix(2) == [0x0D, 0x0A])
            #expect(ContentDecoder.decoded(encoded[...], encoding: .base64) == content)
        }
        #expect(string(Base64Encoder.encode(octets("any carnal pleas"))) == "YW55IGNhcm5hbCBwbGVhcw==")
    }

    @Test func quotedPrintableRoundTrips() {
        var seed = CodecSeed(2)
        let alphabet = octets("abc .=\t") + [0x0D, 0x0A, 0xC3, 0xA9, 0]
        for round in 0..<300 {
            let content = seed.bytes(round, of: alphabet)
            let encoded = quotedPrintable(content, pieces: 1_000)
            for pieces in [1, 3, 70] { #expect(quotedPrintable(content, pieces: pieces) == encoded) }
            #expect(longestLine(encoded) <= 76)
            #expect(encoded.allSatisfy { $0 < 0x7F && ($0 >= 0x20 || [9, 10, 13].contains($0)) })
            // Bare CR and LF were encoded: every end of line that is left is CRLF.
            #expect(ContentDecoder.decoded(encoded[...], encoding: .quotedPrintable) == content)
            let binary = quotedPrintable(content, pieces: 5, keepsLineEnds: false)
            #expect(ContentDecoder.decoded(binary[...], encoding: .quotedPrintable) == content)
            #expect(longestLine(binary) <= 76)
        }
    }

    struct Line: Sendable {
        let content: String
        let encoded: String
    }

    @Test(arguments: [
        Line(content: "From here\r\n", encoded: "=46rom here\r\n"),
        Line(content: ".\r\n", encoded: "=2E\r\n"),
        Line(content: "blank \r\ntab\t\r\n", encoded: "blank=20\r\ntab=09\r\n"),
        Line(content: "a=b é\r\n", encoded: "a=3Db =C3=A9\r\n"),
        Line(content: "end ", encoded: "end=20"),
        Line(content: "bare\rcr\nlf\r", encoded: "bare=0Dcr=0Alf=0D"),
    ])
    func quotedPrintableForms(_ line: Line) {
        #expect(string(quotedPrintable(octets(line.content), pieces: 100)) == line.encoded)
    }

    struct Label: Sendable {
        let text: String
        let encoding: ContentTransferEncoding
    }

    @Test(arguments: [
        Label(text: "", encoding: .sevenBit), Label(text: " 7Bit ", encoding: .sevenBit),
        Label(text: "8bit; x", encoding: .eightBit), Label(text: "BINARY", encoding: .binary),
        Label(text: "Quoted-Printable (yes)", encoding: .quotedPrintable),
        Label(text: "(first) \"base64\"", encoding: .base64), Label(text: "X-UUEncode", encoding: .uuencode),
        Label(text: "base64\u{0}", encoding: .base64), Label(text: "rot13", encoding: .other),
        Label(text: String(repeating: "x", count: 10_000), encoding: .other),
    ])
    func labels(_ label: Label) {
        #expect(ContentTransferEncoding(label: label.text) == label.encoding)
    }
}
