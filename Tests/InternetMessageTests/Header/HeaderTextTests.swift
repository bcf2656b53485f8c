import InternetMessage
import Testing

@Suite struct HeaderTextTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let encoded: String
        let text: String
        var testDescription: String { encoded.debugDescription }

        init(_ encoded: String, _ text: String) {
            self.encoded = encoded
            self.text = text
        }
    }

    @Test(arguments: [
        // RFC 2047 §8
        Case(
            " =?ISO-8859-1?B?SWYgeW91IGNhbiByZWFkIHRoaXMgeW8=?=\r\n =?ISO-8859-2?B?dSB1bmRlcnN0YW5kIHRoZSBleGFtcGxlLg==?=",
            "If you can read this you understand the example."
        ),
        Case("Time for ISO 10646?", "Time for ISO 10646?"),
        Case("Re: RFC-HDR care and feeding", "Re: RFC-HDR care and feeding"),
        // "if the same sequence were to occur in a '*text' field": beside a parenthesis they are no encoded words.
        Case("(=?ISO-8859-1?Q?a?=)", "(=?ISO-8859-1?Q?a?=)"),
        Case("a =?ISO-8859-1?Q?b?= c", "a b c"),
        Case("=?ISO-8859-1?Q?a?=\r\n    =?ISO-8859-1?Q?b?=", "ab"),
        Case("=?ISO-8859-1?Q?a?= =?ISO-8859-2?Q?_b?=", "a b"),
        // RFC 2231 §5
        Case("=?US-ASCII*EN?Q?Keith_Moore?=", "Keith Moore"),
        // A character cut in two, in Q and in B and from one to the other.
        Case("=?utf-8?Q?caf=C3?= =?UTF-8?Q?=A9?=", "café"),
        Case("=?utf-8?B?8J+Y?=\t=?utf-8?B?gA==?=", "😀"),
        Case("=?utf-8?B?8J+Y?= =?utf-8?Q?=80_x?=", "😀 x"),
        // Another charset between: not joined.
        Case("=?utf-8?Q?=C3?= =?iso-8859-1?Q?=A9?=", "\u{FFFD}©"),
        // Glued together or to other text, as programs do.
        Case("Re:=?utf-8?q?=c3=a9?==?utf-8?q?_x?=!", "Re:é x!"),
        // Broken ones stay as they are.
        Case("=?utf-8?Q?abc", "=?utf-8?Q?abc"),
        Case("=?utf-8?X?abc?=", "=?utf-8?X?abc?="),
        Case("=?utf-8?Q?a?b?=", "=?utf-8?Q?a?b?="),
        Case("=??Q?abc?=", "=??Q?abc?="),
        Case("=?utf 8?Q?abc?=", "=?utf 8?Q?abc?="),
        Case("=?=?=?=?utf-8?q?x?=", "=?=?=?x"),
        Case("=?utf-8?Q?a=4?=", "a=4"),
        Case("=?utf-8?Q??=x", "x"),
        Case("=?utf-8?Q?blank inside?=", "blank inside"),
        Case("=?utf-8?B?YWJj", "=?utf-8?B?YWJj"),
        Case("=?utf-8?B?YWJj!ZGVm?= =?utf-8?B?Zw?=", "abcdefg"),
        Case("=?x-nobody?Q?=E9?=", "é"),
        Case("=?iso-2022-jp?B?GyRCRnxLXBsoQg==?= =?iso-2022-jp?B?GyRCOGwbKEI=?=", "日本語"),
        // RFC 6532, raw octets, folding, blanks around.
        Case("  Grüße  aus\r\n\tKöln \r\n", "Grüße  aus Köln"),
        Case("a\r\n b\n c\rd", "a b c d"),
        // Nothing that is hidden in a word can start a line.
        Case("=?utf-8?Q?a=0D=0ABcc:_x=00?=", "a  Bcc: x"),
        Case("", ""),
        Case("=?", "=?"),
    ])
    func unstructured(_ example: Case) {
        #expect(HeaderText.decode(unstructured: octets(example.encoded)[...]) == example.text)
    }

    @Test func eightBitOctetsAreGuessed() {
        #expect(HeaderText.decode(unstructured: [0x47, 0x72, 0xFC, 0xDF, 0x65]) == "Grüße")
        let mixed = octets("=?utf-8?q?=C3=A9?= ") + [0xFC]
        #expect(HeaderText.decode(unstructured: mixed[...]) == "é ü")
    }

    @Test(arguments: [
        // RFC 2047 §8
        Case("=?US-ASCII?Q?Keith_Moore?= ", "Keith Moore"),
        Case("=?ISO-8859-1?Q?Keld_J=F8rn_Simonsen?=", "Keld Jørn Simonsen"),
        Case("=?ISO-8859-1?Q?Andr=E9?= Pirard", "André Pirard"),
        Case("=?ISO-8859-1?Q?Olle_J=E4rnefors?=", "Olle Järnefors"),
        Case("=?ISO-8859-1?Q?Patrik_F=E4ltstr=F6m?=", "Patrik Fältström"),
        Case("Nathaniel Borenstein", "Nathaniel Borenstein"),
        Case("\"Joe Q. Public\"", "Joe Q. Public"),
        Case("\"Giant; \\\"Big\\\" Box\"", "Giant; \"Big\" Box"),
        Case("Joe  Q. (a (nested) comment) Public", "Joe Q. Public"),
        Case("\"=?utf-8?Q?J=C3=B6rg?=\" Meier", "Jörg Meier"),
        Case("\"Müller, Jürgen\"", "Müller, Jürgen"),
        Case("=?utf-8?q?a?= (comment) =?utf-8?q?b?=", "ab"),
        Case("\"unclosed name\\", "unclosed name\\"),
        Case("name (unclosed", "name"),
        Case("\"\"", ""),
    ])
    func phrases(_ example: Case) {
        #expect(HeaderText.decode(phrase: octets(example.encoded)[...]) == example.text)
    }

    @Test(arguments: [
        // RFC 2047 §8, the comments without their parentheses.
        Case("=?ISO-8859-1?Q?a?=", "a"),
        Case("=?ISO-8859-1?Q?a?= b", "a b"),
        Case("=?ISO-8859-1?Q?a?= =?ISO-8859-1?Q?b?=", "ab"),
        Case("=?ISO-8859-1?Q?a?=  =?ISO-8859-1?Q?b?=", "ab"),
        Case("=?ISO-8859-1?Q?a?=\r\n    =?ISO-8859-1?Q?b?=", "ab"),
        Case("=?ISO-8859-1?Q?a_b?=", "a b"),
        Case("=?ISO-8859-1?Q?a?= =?ISO-8859-2?Q?_b?=", "a b"),
        Case("=?iso-8859-8?b?7eXs+SDv4SDp7Oj08A==?=", "םולש ןב ילטפנ"),
        Case("a \\) b", "a ) b"),
    ])
    func comments(_ example: Case) {
        #expect(HeaderText.decode(comment: octets(example.encoded)[...]) == example.text)
    }

    @Test func longHostileValuesStayLinear() {
        let pieces = [
            "=?", "=?a?q?", "=?utf-8?q?a?=", "=?utf-8?q?a?= ", "(", "\"", "\\", "=?utf-8?b?", " ", "(\\", "=?a?q?=?=",
        ]
        for piece in pieces {
            let value = octets(String(repeating: piece, count: 100_000 / piece.utf8.count))
            #expect(HeaderText.decode(unstructured: value[...]).utf8.count <= value.count)
            #expect(HeaderText.decode(phrase: value[...]).utf8.count <= value.count)
            #expect(HeaderText.decode(comment: value[...]).utf8.count <= value.count)
        }
    }

    @Test func anyOctetsGiveTextWithoutControls() throws {
        var seed = CodecSeed(21)
        let corpus = try codecCorpus("header-text.txt")
        let alphabet = octets("=??Qqb_ \r\n\t\"\\()utf-8AZ*") + [0, 0xC3, 0xA9, 0xFF]
        for round in 0..<1_500 {
            let start = round % 2 == 0 ? seed.bytes(Int(seed.next() % 120), of: alphabet) : corpus[round % corpus.count]
            let value = seed.mutation(of: start, alphabet: alphabet)
            for text in [
                HeaderText.decode(unstructured: value[...]), HeaderText.decode(phrase: value[...]),
                HeaderText.decode(comment: value[...]),
            ] {
                #expect(!text.utf8.contains { $0 < 0x20 || $0 == 0x7F })
            }
        }
    }
}
