internal import TerminalScreen

/// A question on the last line, and its answer while it is typed.
struct LinePrompt {
    /// What it is asked for.
    enum Purpose: Hashable {
        case search
        case move
        case saveAll
        case attach
        /// One key answers.
        case discard
    }

    let purpose: Purpose
    let question: String
    var text: String
    /// What Tab completes to.
    var choices: [String] = []

    /// What a key did.
    enum Outcome: Hashable {
        case goesOn
        case answered(String)
        case cancelled
    }

    private static let charactersMax = 1_000

    mutating func receive(_ key: Key) -> Outcome {
        switch key {
        case .escape, .control("c"), .control("g"): return .cancelled
        case .enter: return .answered(text)
        case .backspace:
            if text.isEmpty { return .cancelled }
            text.removeLast()
        case .control("u"): text = ""
        case .control("w"):
            while text.last?.isWhitespace == true { text.removeLast() }
            while let last = text.last, !last.isWhitespace { text.removeLast() }
        case .tab: complete()
        case .character(let character): if text.count < Self.charactersMax { text.append(character) }
        case .paste(let pasted):
            text += pasted.prefix(Self.charactersMax - min(text.count, Self.charactersMax)).map {
                $0.isNewline ? " " : $0
            }
        default: break
        }
        return .goesOn
    }

    /// The first choice that begins so; once it is there, the next one.
    private mutating func complete() {
        let here = choices.firstIndex { $0 == text }
        if let here {
            text = choices[(here + 1) % choices.count]
        } else if let found = choices.first(where: { $0.lowercased().hasPrefix(text.lowercased()) }) {
            text = found
        }
    }
}
