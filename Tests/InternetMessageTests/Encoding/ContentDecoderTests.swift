import InternetMessage
import Testing

@Suite struct ContentDecoderTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let encoding: ContentTransferEncoding
        let encoded: String
        let content: String
        var testDescription: String { "\(encoding): \(encoded.debugDescription)" }

        init(_ encoding: ContentTransferEncoding, _ encoded: String, _ content: String) {
            self.encoding = encoding
            self.encoded = encoded
            self.content = content
        }
    }

    static let cases: [Case] = [
        Case(.base64, "", ""),
        Case(.base64, "Zg==", "f"),
        Case(.base64, "Zm8=", "fo"),
        Case(.base64, "Zm9v", "foo"),
        Case(.base64, "Zm9vYmFy\r\n", "foobar"),
        Case(.base64, "Z m\r\n9\tv!Y*m-F_y", "foobar"),
        Case(.base64, "Zm9vYg", "foob"),
        Case(.base64, "Zm9vYmE", "fooba"),
        Case(.base64, "Zg==Zm8=Zm9v", "ffofoo"),
        Case(.base64, "Zg=\r\n=Zg==", "ff"),
        Case(.base64, "====Zm9v====", "foo"),
        Case(.base64, "Z", ""),
        // A lone digit says too little to be ended by padding.
        Case(.base64, "Z===Zm9v", string(ContentDecoder.decoded(octets("ZZm9v")[...], encoding: .base64))),
        Case(.base64, "\u{0}Zm9v\u{FF}Yg==", "foob"),
        // RFC 2045 §6.7
        Case(
            .quotedPrintable,
            "Now's the time =\r\nfor all folk to come=\r\n to the aid of their country.",
            "Now's the time for all folk to come to the aid of their country."
        ),
        Case(.quotedPrintable, "a=20\r\nb=09\r\n", "a \r\nb\t\r\n"),
        Case(.quotedPrintable, "blanks \t \r\nnext   \nlast  ", "blanks\r\nnext\nlast"),
        Case(.quotedPrintable, "soft= \t\r\nline= \nand=\nmore=", "softlineandmore"),
        Case(.quotedPrintable, "=C3=a9=c3=A9", "éé"),
        Case(.quotedPrintable, "1+1=2 =XY =G =", "1+1=2 =XY =G "),
        Case(.quotedPrintable, "a=\rb", "ab"),
        Case(.quotedPrintable, "a= b", "a= b"),
        Case(.quotedPrintable, "a=4", "a=4"),
        Case(.quotedPrintable, "==41", "=A"),
        Case(.quotedPrintable, "a =3D", "a ="),
        Case(.quotedPrintable, "Zeit für Käse", "Zeit für Käse"),
        Case(.uuencode, "junk\nbegin 644 a b.txt\r\n#0V%T\r\n`\r\nend\r\nmore\n", "Cat"),
        Case(.uuencode, "begin 644 cat\n#0V%T\n \nend\n", "Cat"),
        Case(.uuencode, "begin 644 cat\n#0V%T", "Cat"),
        Case(.uuencode, "no begin here\n#0V%T\n", ""),
        // Blanks at a line's end were lost on the way.
        Case(.uuencode, "begin 644 x\n$00\nend\n", "A\u{0}\u{0}\u{0}"),
        Case(.sevenBit, "as it = comes=20\r\n", "as it = comes=20\r\n"),
        Case(.other, "Zm9v", "Zm9v"),
    ]

    @Test(arguments: cases)
    func decodesWholeAndInPieces(_ example: Case) {
        let encoded = octets(example.encoded)
        let whole = ContentDecoder.decoded(encoded[...], encoding: example.encoding)
        #expect(string(whole) == example.content)
        #expect(ContentDecoder.decoded(encoded, example.encoding, pieceMax: 1, seed: 0) == whole)
        for seed in 1...5 as ClosedRange<UInt64> {
            #expect(ContentDecoder.decoded(encoded, example.encoding, pieceMax: 7, seed: seed) == whole)
        }
    }

    @Test func prefixIsTheBeginningOfTheContent() {
        var seed = CodecSeed(7)
        let content = seed.bytes(100_000)
        var encoder = Base64Encoder()
        var encoded: [UInt8] = []
        encoder.encode(content.span, into: &encoded)
        encoder.finish(into: &encoded)
        for limit in [0, 1, 2, 3, 1_000, 99_999, 100_000, 200_000] {
            let prefix = ContentDecoder.decodedPrefix(of: encoded[...], encoding: .base64, limit: limit)
            #expect(prefix == Array(content.prefix(limit)))
        }
        #expect(ContentDecoder.decodedPrefix(of: content[5...], encoding: .binary, limit: 9) == Array(content[5..<14]))
    }

    @Test func anythingDecodesAlikeInPieces() throws {
        var seed = CodecSeed(11)
        let corpus = try codecCorpus("bodies.txt")
        let alphabet = octets("=aF09 \t\r\nZ+/begin 644 x\n#M`end\n_-") + [0, 0xFF]
        for round in 0..<400 as Range<UInt64> {
            let count = Int(seed.next() % 200)
            let starts = [seed.bytes(count, of: alphabet), seed.bytes(count), corpus[Int(round) % corpus.count]]
            let input = seed.mutation(of: starts[Int(round % 3)], alphabet: alphabet)
            for encoding in [ContentTransferEncoding.base64, .quotedPrintable, .uuencode] {
                let framed = encoding == .uuencode ? octets("begin 600 x\n") + input : input
                let whole = ContentDecoder.decoded(framed[...], encoding: encoding)
                #expect(ContentDecoder.decoded(framed, encoding, pieceMax: 1, seed: round) == whole)
                #expect(ContentDecoder.decoded(framed, encoding, pieceMax: 9, seed: round) == whole)
                // A line of 45 octets that were all zero may have lost all of its blanks.
                #expect(whole.count <= framed.count * (encoding == .uuencode ? 32 : 1))
            }
        }
    }

    @Test(arguments: [ContentTransferEncoding.base64, .quotedPrintable, .uuencode])
    func hostileRunsStayLinear(_ encoding: ContentTransferEncoding) {
        for octet in octets("= A\r\n\t") {
            let input = [UInt8](repeating: octet, count: 200_000)
            #expect(ContentDecoder.decoded(input[...], encoding: encoding).count <= input.count)
        }
    }

    @Test func manyBlanksInTheMiddleOfALineStay() {
        let line = "a" + String(repeating: " ", count: 50_000) + "b"
        let decoded = ContentDecoder.decoded(octets(line), .quotedPrintable, pieceMax: 100, seed: 3)
        #expect(string(decoded) == line)
    }

    @Test func uuencodedFileHasItsName() {
        var decoder = UUDecoder()
        var output: [UInt8] = []
        decoder.decode(octets("begin 644 a b.txt\r\n#0V%T\r\n").span, into: &output)
        #expect(decoder.fileName.map { string($0) } == "a b.txt")
    }
}
