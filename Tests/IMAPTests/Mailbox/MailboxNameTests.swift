import Testing

@testable import IMAP

@Suite struct MailboxNameTests {
    static let spellings: [(String, String)] = [
        ("", ""), ("INBOX", "INBOX"), ("a&b", "a&-b"), ("~peter/mail/台北/日本語", "~peter/mail/&U,BTFw-/&ZeVnLIqe-"),
        ("☺!", "&Jjo-!"), ("été", "&AOk-t&AOk-"), ("😀", "&2D3eAA-"), ("&é&", "&-&AOk-&-"), ("日 本", "&ZeU- &Zyw-"),
    ]

    @Test(arguments: spellings) func modifiedUTF7(name: String, spelling: String) {
        #expect(String(decoding: ModifiedUTF7.encode(name), as: UTF8.self) == spelling)
        #expect(ModifiedUTF7.decode(Array(spelling.utf8)) == name)
    }

    @Test(arguments: [
        "&", "&A", "&AOk", "&Jjo!", "&U,BTFw-&ZeVnLIqe-", "&AGE-", "&AOl-", "&2D0-", "&3gA-", "&AOkA-", "&AO-", "é",
        "\u{7F}",
        "a\u{1}", "&!!!-", "&ACY-", "&A&-", "&AOk=-",
    ]) func brokenModifiedUTF7(spelling: String) {
        #expect(ModifiedUTF7.decode(Array(spelling.utf8)) == nil)
    }

    @Test func randomNamesComeBack() {
        var generator = SeededGenerator(seed: 3)
        for _ in 0..<2_000 {
            var name = ""
            for _ in 0..<Int.random(in: 0...12, using: &generator) {
                let values: [UInt32] = [
                    0x26, 0x2D, 0x41, 0xE9, 0x65E5, 0x1F600, UInt32.random(in: 0xA0...0xD7FF, using: &generator),
                ]
                if let scalar = Unicode.Scalar(values.randomElement(using: &generator) ?? 0x41) {
                    name.unicodeScalars.append(scalar)
                }
            }
            let decoded = ModifiedUTF7.decode(ModifiedUTF7.encode(name))
            #expect(decoded.map { Array($0.utf8) } == Array(name.utf8))
        }
    }

    /// No octets have two spellings: what decodes is what encodes.
    @Test func whatDecodesIsCanonical() {
        var generator = SeededGenerator(seed: 4)
        let alphabet = Array("&&&--AOkZeU,+b ".utf8)
        for _ in 0..<20_000 {
            let octets = (0..<Int.random(in: 0...10, using: &generator)).map { _ in
                alphabet.randomElement(using: &generator) ?? 0x26
            }
            if let name = ModifiedUTF7.decode(octets) { #expect(ModifiedUTF7.encode(name) == octets) }
        }
    }

    @Test func inbox() {
        for name in ["INBOX", "inbox", "iNbOx"] { #expect(MailboxName(name) == .inbox) }
        #expect(MailboxName("inbox/a")?.text == "INBOX/a")
        #expect(MailboxName("inboxes")?.text == "inboxes")
        // U+0131 is no letter of ASCII, although it is I in capitals.
        #expect(MailboxName("\u{131}nbox")?.text == "\u{131}nbox")
        for name in ["", "a\u{0}", "a\u{7F}", "a\u{85}", "a\u{2028}", "a\r\n"] { #expect(MailboxName(name) == nil) }
    }

    static let matches: [(String, String, String, Bool)] = [
        ("", "*", "a/b/c", true), ("", "%", "a", true), ("", "%", "a/b", false), ("", "%/%", "a/b", true),
        ("", "a*c", "a/b/c", true), ("", "a%c", "abc", true), ("", "a%c", "a/c", false), ("", "", "a", false),
        ("a/", "%", "a/b", true), ("a/", "%", "ab", false), ("", "inbox", "INBOX", true), ("", "iNb%", "INBOX", true),
        ("", "inbox/*", "INBOX/x", true), ("", "A", "a", false), ("", "*b", "ab", true), ("", "%*", "a/b", true),
        ("", "*%", "a/b", true), ("", "a**", "a", true), ("", "%x%", "yxz", true), ("", "%x%", "y/xz", false),
        ("", "日%", "日本", true),
    ]

    @Test(arguments: matches) func patterns(reference: String, pattern: String, name: String, fits: Bool) {
        #expect(MailboxPattern(reference: reference, pattern: pattern).matches(.named(name)) == fits)
    }

    @Test func manyWildcardsAreNoBomb() {
        let pattern = MailboxPattern(reference: "", pattern: String(repeating: "*a", count: 400) + "b")
        #expect(!pattern.matches(.named(String(repeating: "a", count: 1_000))))
    }
}
