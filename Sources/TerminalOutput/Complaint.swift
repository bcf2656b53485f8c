/// Why a command failed, and what its user can do next.
package struct Complaint: Error, Hashable, Sendable {
    /// How the program ends.
    package enum ExitCode: Int32, Sendable {
        /// All is well.
        case done = 0
        /// It was tried and failed.
        case failed = 1
        /// It was asked for in a wrong way.
        case wrongUse = 2
    }

    /// What is wrong, without a full stop.
    package let problem: String
    /// What to do next; may be empty.
    package let advice: String
    /// How the program ends.
    package let exitCode: ExitCode

    /// Puts the parts together.
    package init(_ problem: String, advice: String = "", exitCode: ExitCode = .failed) {
        self.problem = problem
        self.advice = advice
        self.exitCode = exitCode
    }

    /// `paloma: what is wrong`, with the advice on a line of its own below.
    package func rendered(style: TextStyle) -> String {
        let head = style.red("paloma:") + " " + Complaint.lines(problem, indent: "  ")
        guard !advice.isEmpty else { return head + "\n" }
        return head + "\n  " + Complaint.lines(advice, indent: "  ") + "\n"
    }

    private static func lines(_ text: String, indent: String) -> String {
        text.split(separator: "\n", omittingEmptySubsequences: false).map { DisplayText.printable($0) }
            .joined(separator: "\n" + indent)
    }
}
