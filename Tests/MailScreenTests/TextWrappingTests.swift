import Testing

@testable import MailScreen

struct TextWrappingTests {
    private static let cases: [(String, Int, [String])] = [
        ("short", 20, ["short"]), ("", 20, [""]), ("one two three four", 10, ["one two", "three four"]),
        ("> quoted words that go on", 14, ["> quoted words", "> that go on"]),
        ("abcdefghijklmnop", 10, ["abcdefghij", "klmnop"]), ("日本語日本語日本語", 10, ["日本語日本", "語日本語"]),
        ("a\tb", 20, ["a       b"]), ("  indented text here", 12, ["  indented", "text here"]),
    ]

    @Test(arguments: cases.indices)
    func wrapped(index: Int) {
        let (text, columns, lines) = Self.cases[index]
        #expect(TextWrapping.wrap(text, to: columns) == lines)
    }
}
