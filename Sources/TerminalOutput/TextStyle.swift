/// Colour and weight, or none of it.
package enum TextStyle: Sendable, Hashable {
    /// For files, pipes and those who set `NO_COLOR`.
    case plain
    /// ANSI escape sequences.
    case coloured

    /// Titles.
    package func bold(_ text: String) -> String { wrapped(text, "1") }
    /// What is well.
    package func green(_ text: String) -> String { wrapped(text, "32") }
    /// What is not yet.
    package func yellow(_ text: String) -> String { wrapped(text, "33") }
    /// What failed.
    package func red(_ text: String) -> String { wrapped(text, "31") }
    /// What may be overlooked.
    package func dim(_ text: String) -> String { wrapped(text, "2") }

    private func wrapped(_ text: String, _ code: String) -> String {
        switch self {
        case .plain: text
        case .coloured: "\u{1b}[\(code)m\(text)\u{1b}[0m"
        }
    }
}
