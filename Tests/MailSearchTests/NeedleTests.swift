import Testing

@testable import MailSearch

@Suite struct NeedleTests {
    private func terms(_ text: String) -> [String] {
        var terms: [String] = []
        let folded = FoldedText.fold(text)
        folded.withUnsafeBufferPointer { octets in
            Terms.forEach(in: octets) { terms.append(String(decoding: octets[$0], as: UTF8.self)) }
        }
        return terms
    }

    @Test(arguments: [
        ("Hello, World!", ["HELLO,", "WORLD!"]),
        (" a\t\r\n b\u{A0}c ", ["A", "B", "C"]),
        ("日本語", ["日本", "本語"]),
        ("a日b", ["A", "A日", "日B", "B"]),
        ("日", ["日"]), ("", []),
    ])
    func termsOfTexts(_ text: String, _ expected: [String]) {
        #expect(terms(text) == expected)
    }

    @Test func longRunsAreCutIntoWindowsThatOverlap() {
        let run = String((0..<1_000).map { Character(Unicode.Scalar(UInt8(65 + $0 * 7 % 26))) })
        let windows = terms(run)
        #expect(windows.allSatisfy { $0.utf8.count <= Terms.octetsMax })
        for start in 0..<(1_000 - Terms.overlapOctets) {
            let piece = String(run.dropFirst(start).prefix(Terms.overlapOctets))
            #expect(windows.contains { $0.contains(piece) })
        }
    }

    @Test(arguments: [
        ("swim", true), ("user@host.example", true), ("", true), ("日本", true), ("日", true), ("é", true),
        ("two words", false), (" swim", false), ("swim ", false), ("日本語", false),
        (String(repeating: "x", count: 65), false),
    ])
    func whatTermsDecide(_ text: String, _ isDecided: Bool) {
        #expect(Needle(text).isDecidedByTerms == isDecided)
    }

    @Test func whatPeopleLookForIsNotPrinted() {
        #expect(!"\(Needle("secret")) \(SearchText("secret", in: .body).needle)".contains("ecret"))
    }

    /// Whether some term fits a pattern, seen naively.
    private func fits(_ pattern: TermPattern, _ terms: [String]) -> Bool {
        terms.contains { OctetFinder(pattern.octets).isIn([0] + Array($0.utf8) + [0]) }
    }

    @Test func patternsRuleOutNothingThatIsThere() {
        var random = SeededGenerator(seed: 1)
        let alphabet = Array("ab. é漢字がไท \n")
        for _ in 0..<4_000 {
            let text = String(
                (0..<Int.random(in: 0...14, using: &random)).map { _ in alphabet.randomElement(using: &random) ?? "a" })
            let word = String(
                (0..<Int.random(in: 1...5, using: &random)).map { _ in alphabet.randomElement(using: &random) ?? "a" })
            let needle = Needle(word)
            let isThere = needle.isContained(in: FoldedText.fold(text))
            let isPossible = needle.patterns.allSatisfy { fits($0, terms(text)) }
            if isThere { #expect(isPossible, "\(word) in \(text)") }
            if isPossible, needle.isDecidedByTerms { #expect(isThere, "\(word) in \(text)") }
        }
    }

    @Test func octetsAreFoundWhereTheyAre() {
        var random = SeededGenerator(seed: 2)
        for _ in 0..<4_000 {
            let text = (0..<Int.random(in: 0...40, using: &random)).map { _ in UInt8.random(in: 65...68, using: &random)
            }
            let wanted = (0..<Int.random(in: 1...4, using: &random)).map { _ in
                UInt8.random(in: 65...69, using: &random)
            }
            let expected = text.indices.first { text[$0...].starts(with: wanted) }
            #expect(text.withUnsafeBytes { OctetFinder(wanted).first(in: $0, from: 0) } == expected)
        }
    }
}

extension OctetFinder {
    fileprivate func isIn(_ octets: [UInt8]) -> Bool { octets.withUnsafeBytes { first(in: $0, from: 0) != nil } }
}
