/// One thing wrong in the configuration file: where, what, and what to do about it.
package struct ConfigurationMistake: Hashable, Sendable {
    /// The line in the file, from 1 up; nil when it is about something that is missing from the file as a whole.
    package let line: Int?
    /// What is wrong.
    package let problem: String
    /// What to do; may be empty.
    package let advice: String

    /// Puts the parts together.
    package init(line: Int?, problem: String, advice: String = "") {
        self.line = line
        self.problem = problem
        self.advice = advice
    }
}

/// Everything that is wrong in one configuration file, in the order of its lines.
package struct ConfigurationError: Error, Hashable, Sendable {
    /// The file as the user named it.
    package let file: String
    /// At least one.
    package let mistakes: [ConfigurationMistake]

    /// Sorts the mistakes by line; those without one come first.
    package init(file: String, mistakes: [ConfigurationMistake]) {
        self.file = file
        self.mistakes = mistakes.enumerated().sorted { left, right in
            (left.element.line ?? 0, left.offset) < (right.element.line ?? 0, right.offset)
        }.map(\.element)
    }
}

extension ConfigurationError: CustomStringConvertible {
    /// One mistake after the other, each with its place and, indented, its advice.
    package var description: String {
        mistakes.map { mistake in
            let place = mistake.line.map { "\(file):\($0)" } ?? file
            let advice = mistake.advice.isEmpty ? "" : "\n  \(mistake.advice)"
            return "\(place): \(mistake.problem)\(advice)"
        }.joined(separator: "\n")
    }
}
