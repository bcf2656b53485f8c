import InternetMessage
import Testing

@Suite struct CharsetTests {
    struct Sample: Sendable, CustomTestStringConvertible {
        let labels: String
        let bytes: [UInt8]
        let text: String
        var testDescription: String { labels }

        init(_ labels: String, _ bytes: [UInt8], _ text: String) {
            self.labels = labels
            self.bytes = bytes
            self.text = text
        }
    }

    static let samples: [Sample] = [
        Sample("utf-8 UTF8 unicode-1-1-utf-8 \"utf-8\" utf-8*en", [0xEF, 0xBB, 0xBF, 0xC3, 0xA9, 0xFF], "é\u{FFFD}"),
        Sample("us-ascii ascii ANSI_X3.4-1968 x-unknown nobody-knows ../../etc utf-8//IGNORE", [0x41, 0xE9], "Aé"),
        Sample("us-ascii unknown-8bit", [0x41, 0xC3, 0xA9], "Aé"),
        Sample(
            "iso-8859-1 ISO_8859-1:1987 latin1 windows-1252 cp1252 CP-1252", [0xE9, 0x80, 0x93, 0x94, 0x81],
            "é€“”\u{81}"
        ),
        Sample("iso-8859-2 latin2 iso_8859-2", [0xB1, 0xE6], "ąć"),
        Sample("windows-1250 cp1250 x-cp1250", [0x9C, 0xE6], "ść"),
        Sample("iso-8859-3", [0xF8], "ĝ"),
        Sample("iso-8859-4 latin4", [0xB1], "ą"),
        Sample("iso-8859-5 cyrillic", [0xBF, 0xE0], "Пр"),
        Sample("iso-8859-6 arabic", [0xC7], "ا"),
        Sample("iso-8859-7 greek windows-1253", [0xE1, 0xE2], "αβ"),
        Sample("iso-8859-8 iso-8859-8-i ISO-8859-8-E hebrew windows-1255", [0xE0, 0xF9], "אש"),
        Sample("iso-8859-9 latin5 windows-1254", [0xFE, 0xDD], "şİ"),
        Sample("iso-8859-10", [0xB3], "ģ"),
        Sample("iso-8859-13", [0xE0], "ą"),
        Sample("iso-8859-14", [0xA1], "Ḃ"),
        Sample("iso-8859-15 latin9 latin-9", [0xA4, 0xBD], "€œ"),
        Sample("iso-8859-16", [0xA4], "€"),
        Sample("koi8-r koi8 koi8r", [0xF0, 0xD2], "Пр"),
        Sample("koi8-u", [0xA6], "і"),
        Sample("windows-1251 cp1251 win-1251", [0xCF, 0xF0], "Пр"),
        Sample("windows-1256 cp1256", [0xC7], "ا"),
        Sample("windows-1257", [0xE0], "ą"),
        Sample("windows-1258", [0xFE], "₫"),
        Sample("windows-874 tis-620 iso-8859-11", [0xA1], "ก"),
        Sample("ibm866 cp866", [0x8F], "П"),
        Sample("cp-850 cp850 ibm850", [0x82], "é"),
        Sample("cp437 ibm437", [0xE1], "ß"),
        Sample("cp852 ibm852", [0xA5], "ą"),
        Sample("ibm037", [0xC1], "A"),
        Sample("x-mac-roman macintosh mac", [0x8E], "é"),
        Sample("x-mac-cyrillic", [0x80], "А"),
        Sample("utf-7 unicode-1-1-utf-7", Array("Hi +Jjo-".utf8), "Hi ☺"),
        Sample("utf-16le", [0x41, 0, 0xE9, 0], "Aé"),
        Sample("utf-16be", [0, 0x41, 0, 0xE9], "Aé"),
        Sample("utf-16 unicode", [0xFF, 0xFE, 0x41, 0], "A"),
        Sample("utf-16", [0xFE, 0xFF, 0, 0x41], "A"),
        Sample("utf-16", [0x41, 0, 0x42, 0], "AB"),
        Sample("utf-16", [0x6F, 0x22], "漢"),
        Sample("utf-32be", [0, 1, 0xF6, 0], "😀"),
        Sample("gb2312 gbk gb18030 GB_2312-80 euc-cn cp936", [0xC4, 0xE3, 0xBA, 0xC3], "你好"),
        Sample("gb2312", [0x81, 0x30, 0x84, 0x36], "¥"),
        Sample("hz-gb-2312", Array("a~{DcCG~}~~b".utf8), "a你们~b"),
        Sample("big5 big5-hkscs cn-big5", [0xA7, 0x41, 0xA6, 0x6E], "你好"),
        Sample("shift_jis x-sjis sjis windows-31j ms_kanji", [0x93, 0xFA, 0x87, 0x40, 0xB1], "日①ｱ"),
        Sample("euc-jp x-euc-jp", [0xC6, 0xFC, 0xAD, 0xA1, 0x8E, 0xB1], "日①ｱ"),
        Sample(
            "iso-2022-jp csISO2022JP cp50221",
            Array("\u{1B}$BF|K\\-!\u{1B}(B A\u{1B}(I1\u{1B}(J.\u{1B}$(D0!\u{1B}(B".utf8), "日本① Aｱ.丂"
        ),
        Sample("euc-kr ks_c_5601-1987 cp949 korean", [0xC7, 0xD1], "한"),
        Sample("iso-2022-kr", [0x1B, 0x24, 0x29, 0x43, 0x0E, 0x47, 0x51, 0x0F], "한"),
        Sample("johab", [0xD0, 0x65], "한"),
        Sample("viscii", [0xE1], "á"),
    ]

    @Test(arguments: samples)
    func decodesUnderEveryLabel(_ sample: Sample) {
        for label in sample.labels.split(separator: " ") {
            #expect(Charset.decode(sample.bytes[...], label: String(label)) == sample.text, "\(label)")
            #expect(Charset.decode(sample.bytes[...], label: label.uppercased()) == sample.text, "\(label)")
        }
    }

    @Test func everyNamedEncodingIsThere() {
        // ASCII, or its double octets, reads as itself in all of them: none falls back to a guess.
        for label in [
            "iso-2022-cn", "euc-tw", "hp-roman8", "armscii-8", "georgian-ps", "koi8-t", "tcvn5712-1", "cp858",
        ] {
            #expect(Charset.decode(octets("Plain")[...], label: label) == "Plain")
            #expect(Charset(label: label) != .undeclared)
        }
    }

    @Test(arguments: [
        "utf-8", "shift_jis", "euc-jp", "iso-2022-jp", "gb18030", "big5", "euc-kr", "utf-7", "utf-16", "utf-32",
        "iso-2022-kr", "iso-2022-cn", "hz-gb-2312", "windows-1255", "tcvn", "x-mac-roman", "us-ascii", "johab",
    ])
    func anyOctetsGiveText(_ label: String) {
        var seed = CodecSeed(5)
        for round in 0..<40 {
            let input = seed.bytes(round * 7)
            let text = Charset.decode(input[...], label: label)
            #expect(text.utf8.count <= input.count * 6 + 3)
        }
        let large = seed.bytes(30_000)
        #expect(!Charset.decode(large[...], label: label).isEmpty)
    }

    @Test(arguments: ["shift_jis", "gb18030", "utf-16le", "euc-kr"])
    func goesOnBehindWrongOctets(_ label: String) {
        let wrong: [UInt8] = label == "utf-16le" ? [0x00, 0xDC] : [0xFF]
        let letter: [UInt8] = label == "utf-16le" ? [0x41, 0] : [0x41]
        let text = Charset.decode((letter + wrong + letter)[...], label: label)
        #expect(text == "A\u{FFFD}A")
    }

    /// What the shortcut for ASCII says is what iconv says: an octet that is none sends the text there.
    @Test(arguments: [
        "iso-8859-2", "iso-8859-6", "iso-8859-15", "koi8-r", "koi8-u", "windows-1251", "windows-1258", "tis-620", "gbk",
        "big5", "euc-jp", "euc-kr", "euc-tw", "shift_jis", "macintosh", "x-mac-cyrillic", "x-mac-ce",
    ])
    func asciiIsItself(_ label: String) {
        let ascii = Array(0...0x7F) as [UInt8]
        #expect(Charset.decode(ascii[...], label: label) == string(ascii))
        #expect(Charset.decode((ascii + [0xFF])[...], label: label).utf8.starts(with: ascii))
    }

    @Test func cutOffCharacterIsOneReplacement() {
        #expect(Charset.decode([0x41, 0x93], label: "shift_jis") == "A\u{FFFD}")
    }

    @Test func limitReadsTheBeginning() {
        #expect(Charset.decode(octets("abcdef")[2...], label: "koi8-r", limit: 3) == "cde")
    }
}
