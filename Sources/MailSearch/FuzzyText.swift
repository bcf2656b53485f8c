/// How much of a text has to be there for a message to be found fuzzily (RFC 6203 §3), from the least on.
package enum FuzzyMatch: Int, CaseIterable, Sendable {
    /// Something that begins like each of its words, in any order.
    case stems
    /// All its words, in any order.
    case words
    /// The text itself.
    case phrase
    /// The text itself, and the subject has it.
    case subject
}

extension MessageFilter {
    /// Words of a fuzzy text that are looked for; further ones are passed over.
    private static let wordsMax = 16

    /// A text of which so much is there.
    package static func fuzzy(
        _ text: String, in scope: SearchText.Scope, _ match: FuzzyMatch
    ) -> MessageFilter {
        let words = text.split { !$0.isLetter && !$0.isNumber }.prefix(wordsMax)
        let exact = MessageFilter.text(SearchText(text, in: scope))
        guard !words.isEmpty else { return exact }
        return switch match {
        case .stems: .and(words.map { .text(SearchText(stem($0), in: scope)) })
        case .words: .and(words.map { .text(SearchText(String($0), in: scope)) })
        case .phrase: exact
        case .subject: .and([exact, .text(SearchText(text, in: .subject))])
        }
    }

    /// The first three quarters of a word, and of a short one all: "invoices" finds "invoicing", "tea" no "team spirit"
    /// that it would not find anyway.
    private static func stem(_ word: Substring) -> String {
        String(word.prefix(max(4, (word.count * 3 + 3) / 4)))
    }
}
