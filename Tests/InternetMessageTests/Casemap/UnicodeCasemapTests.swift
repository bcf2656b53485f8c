import Testing

@testable import InternetMessage

@Suite struct UnicodeCasemapTests {
    private func fold(_ text: String) -> String { String(decoding: UnicodeCasemap.fold(text), as: UTF8.self) }

    /// RFC 5051 §2: titlecase, then decomposition to the end.
    @Test(arguments: [
        ("Ab1@-", "AB1@-"),
        // U+00E9 has the titlecase U+00C9, which is E and an accent.
        ("\u{E9}", "E\u{301}"), ("\u{C9}", "E\u{301}"), ("e\u{301}", "E\u{301}"),
        // The RFC's own example: U+01C4, U+01C5 and U+01C6 have the titlecase U+01C5, that is D, z, caron.
        ("\u{1C4}", "Dz\u{30C}"), ("\u{1C5}", "Dz\u{30C}"), ("\u{1C6}", "Dz\u{30C}"),
        // One code point each in UnicodeData.txt: no titlecase of its own.
        ("\u{DF}", "\u{DF}"),
        // A compatibility form: full width.
        ("\u{FF41}", "A"),
        ("\u{3C3}\u{3C2}", "\u{3A3}\u{3A3}"), ("\u{44F}", "\u{42F}"),
        ("\u{D55C}\u{AE00}", "\u{1112}\u{1161}\u{11AB}\u{1100}\u{1173}\u{11AF}"),
        ("\u{304C}", "\u{304B}\u{3099}"), ("\u{1F600}", "\u{1F600}"),
    ])
    func characters(_ text: String, _ folded: String) {
        #expect(Array(fold(text).unicodeScalars) == Array(folded.unicodeScalars))
    }

    /// What was folded has no accents to be taken apart any more, nor, but for what decomposition brings forth, letters
    /// with another case.
    @Test func foldingTwiceChangesLittle() {
        var changed = 0
        for code in UInt32(0x80)..<0x30000 {
            guard let scalar = Unicode.Scalar(code) else { continue }
            let folded = fold(String(scalar))
            #expect(!folded.isEmpty)
            if Array(fold(folded).utf8) != Array(folded.utf8) { changed += 1 }
        }
        // Ligatures, superscripts, unit signs.
        #expect(changed > 0 && changed < 1_000)
    }
}
