/// Why the lab cannot go on.
package struct LabError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong, in plain words.
    package let description: String
    /// What to do next; may be empty.
    package let advice: String

    /// Puts the two together.
    package init(_ description: String, advice: String = "") {
        self.description = description
        self.advice = advice
    }
}
