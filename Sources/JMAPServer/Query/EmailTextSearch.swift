internal import MailSearch

/// What the String conditions of a filter look for (RFC 8621 §4.4.1): every word, and what stands in quotes as a whole.
enum EmailTextSearch {
    /// Where each condition looks.
    static let scopes: [String: SearchText.Scope] = [
        "text": .anywhere, "from": .from, "to": .to, "cc": .cc, "bcc": .bcc, "subject": .subject, "body": .body,
    ]

    /// Words that are looked for, at most; a text with more is looked for as a whole.
    private static let wordsMax = 32

    static func filter(_ text: String, in scope: SearchText.Scope) -> EmailFilter {
        let words = words(text)
        return switch words.count {
        case 0: .all
        case 1: .text(SearchText(words[0], in: scope))
        default: .and(words.map { .text(SearchText($0, in: scope)) })
        }
    }

    /// `one "two three" 'four five'`: three of them. Within quotes a reverse solidus lets the next character stand for
    /// itself.
    static func words(_ text: String) -> [String] {
        var words: [String] = []
        var word = ""
        var quote: Character?
        var isEscaped = false
        func end() {
            if !word.isEmpty { words.append(word) }
            word = ""
        }
        for character in text {
            if isEscaped {
                word.append(character)
                isEscaped = false
            } else if character == "\\", quote != nil {
                isEscaped = true
            } else if character == quote {
                quote = nil
                end()
            } else if quote == nil, character == "\"" || character == "'", word.isEmpty {
                quote = character
            } else if quote == nil, character.isWhitespace {
                end()
            } else {
                word.append(character)
            }
        }
        end()
        return words.count > wordsMax ? [text] : words
    }
}
