import Testing

@testable import TerminalScreen

struct KeyDecoderTests {
    private static let cases: [(octets: String, keys: [Key])] = [
        ("aé日😀", [.character("a"), .character("é"), .character("日"), .character("😀")]),
        ("\r\n\t\u{7F}\u{08}", [.enter, .enter, .tab, .backspace, .backspace]),
        ("\u{03}\u{1A}", [.control("c"), .control("z")]),
        ("\u{1B}[A\u{1B}[B\u{1B}[C\u{1B}[D\u{1B}OA\u{1B}OH", [.up, .down, .right, .left, .up, .home]),
        (
            "\u{1B}[5~\u{1B}[6~\u{1B}[3~\u{1B}[1~\u{1B}[4~\u{1B}[H\u{1B}[F",
            [.pageUp, .pageDown, .delete, .home, .end, .home, .end]
        ),
        ("\u{1B}[1;5A\u{1B}[Z", [.up, .backTab]),
        ("\u{1B}x", [.alt("x")]),
        ("\u{1B}[200~a\r\u{1B}[Ab\u{1B}[201~c", [.paste("a\r\u{1B}[Ab"), .character("c")]),
        ("\u{1B}[99;99R\u{1B}[?1;2cq", [.character("q")]),
    ]

    @Test(arguments: cases.indices)
    func wholeAndInPieces(index: Int) {
        let (text, keys) = Self.cases[index]
        let octets = Array(text.utf8)
        var whole = KeyDecoder()
        #expect(whole.decode(octets) == keys)
        for size in 1...3 {
            var decoder = KeyDecoder()
            var found: [Key] = []
            var rest = octets[...]
            while !rest.isEmpty {
                found += decoder.decode(rest.prefix(size))
                rest = rest.dropFirst(size)
            }
            #expect(found == keys)
        }
    }

    @Test func aLoneEscape() {
        var decoder = KeyDecoder()
        #expect(decoder.decode([0x1B]).isEmpty && decoder.isWaiting)
        #expect(decoder.flush() == [.escape] && !decoder.isWaiting)
        #expect(decoder.decode([0x1B, 0x1B]) == [.escape])
    }

    /// Anything that a terminal could send is taken, and the decoder goes on.
    @Test func rubbish() {
        var generator = SystemRandomNumberGenerator()
        var decoder = KeyDecoder()
        for _ in 0..<2_000 {
            _ = decoder.decode((0..<20).map { _ in UInt8.random(in: 0...255, using: &generator) })
            _ = decoder.flush()
        }
        _ = decoder.decode(Array("\u{1B}[201~\u{1B}\\\u{1B}[201~".utf8))
        #expect(decoder.decode(Array("q".utf8)).last == .character("q"))
    }
}
