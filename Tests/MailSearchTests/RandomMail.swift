/// A message made at random, with the texts that a reader of it sees.
struct RandomMail {
    let text: String
    /// The values of its fields, as people read them.
    var fields: [(name: String, value: String)] = []
    let body: String

    private static let words = [
        "swim", "Swimming", "résumé", "RÉSUMÉ", "Straße", "naïve", "ΟΔΥΣΣΕΥΣ", "мир", "МИР", "日本語", "東京都", "語",
        "Zürich", "e\u{301}clair", "a@b.example", "x.y-z", "the", "of", "1,000", "ไทย",
    ]

    static func phrase(_ count: Int, _ random: inout SeededGenerator) -> String {
        (0..<count).map { _ in words.randomElement(using: &random) ?? "" }.joined(separator: " ")
    }

    init(_ number: Int, _ random: inout SeededGenerator) {
        let subject = Self.phrase(Int.random(in: 0...4, using: &random), &random)
        let sender = Self.phrase(1, &random)
        body = Self.phrase(Int.random(in: 0...30, using: &random), &random)
        fields = [
            ("From", "\(sender) <s\(number % 5)@one.example>"), ("To", "ana@example.test"), ("Subject", subject),
            ("X-Colour", number % 3 == 0 ? "Teal" : "red ochre"), ("Message-ID", "<m\(number)@one.example>"),
        ]
        let encoded = subject.isEmpty ? "" : Self.encodedWord(subject)
        var lines = [
            "From: \(sender.isEmpty ? "" : Self.encodedWord(sender)) <s\(number % 5)@one.example>",
            "To: ana@example.test", "Subject: \(encoded)", "X-Colour: " + (number % 3 == 0 ? "Teal" : "red\r\n ochre"),
            "Message-ID: <m\(number)@one.example>", "MIME-Version: 1.0",
        ]
        switch number % 3 {
        case 0:
            lines += ["Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: base64", ""]
            lines.append(Self.base64(Array(body.utf8)))
        case 1:
            lines += ["Content-Type: text/plain; charset=utf-16be", "Content-Transfer-Encoding: base64", ""]
            lines.append(Self.base64(body.utf16.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }))
        default:
            lines += [
                "Content-Type: multipart/alternative; boundary=b", "", "--b", "Content-Type: text/html; charset=utf-8",
                "",
            ]
            lines += ["<p>" + body.replacing(" ", with: "</p>\r\n<p>") + "</p>", "--b--"]
        }
        text = lines.joined(separator: "\r\n") + "\r\n"
    }

    private static func encodedWord(_ text: String) -> String { "=?utf-8?B?\(base64(Array(text.utf8)))?=" }

    private static func base64(_ octets: [UInt8]) -> String {
        let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
        var text = ""
        for start in stride(from: 0, to: octets.count, by: 3) {
            let group = octets[start..<min(start + 3, octets.count)]
            let bits = group.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - group.count))
            for place in 0..<4 {
                text.append(place <= group.count ? digits[bits >> (18 - 6 * place) & 63] : "=")
            }
        }
        return text
    }
}
