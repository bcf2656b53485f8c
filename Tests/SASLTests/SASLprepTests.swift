import SASL
import Testing

@Suite struct SASLprepTests {
    /// RFC 4013 §3, rows 1 to 5, and more of the same.
    @Test(arguments: [
        ("I\u{AD}X", "IX"), ("user", "user"), ("USER", "USER"), ("\u{AA}", "a"), ("\u{2168}", "IX"),
        ("a\u{A0}b", "a b"), ("e\u{301}", "é"), ("ﬁ", "fi"), ("pass word", "pass word"), ("дом", "дом"),
    ])
    func maps(input: String, output: String) throws {
        #expect(try Array(SASLprep.prepare(Array(input.utf8), as: .query).utf8) == Array(output.utf8))
    }

    /// RFC 4013 §3, rows 6 and 7, and each table of §2.3.
    @Test(arguments: [
        "\u{7}", "\u{627}\u{31}", "a\u{0}b", "\u{7F}", "\u{80}", "\u{E000}", "\u{FFFE}", "\u{FFFD}", "\u{2FF0}",
        "\u{200E}", "\u{E0001}", "\u{627}a\u{627}",
    ])
    func prohibits(input: String) {
        #expect(throws: SASLprep.Failure.prohibited) { try SASLprep.prepare(Array(input.utf8), as: .query) }
    }

    @Test func emptyAndBrokenStrings() {
        #expect(throws: SASLprep.Failure.empty) { try SASLprep.prepare([], as: .query) }
        #expect(throws: SASLprep.Failure.empty) { try SASLprep.prepare([0xC2, 0xAD], as: .query) }
        for broken: [UInt8] in [[0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0x61, 0xC3], [0xF4, 0x90, 0x80, 0x80]] {
            #expect(throws: SASLprep.Failure.notUTF8) { try SASLprep.prepare(broken, as: .query) }
        }
    }

    /// U+0221 was assigned after Unicode 3.2.
    @Test func unassignedCodePointsAreForQueriesOnly() throws {
        #expect(try SASLprep.prepare([0xC8, 0xA1], as: .query) == "\u{221}")
        #expect(throws: SASLprep.Failure.prohibited) { try SASLprep.prepare([0xC8, 0xA1], as: .stored) }
    }
}
