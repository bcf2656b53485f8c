import Lab
import TerminalOutput

/// How a lab tells its story: steps with a title, what is said, what is asked, and notes for those who learn.
struct LabScreen: Sendable {
    private let terminal = Terminal(.output)

    /// Notes are wrapped at this width at most.
    private static let columnsMax = 100
    /// Keys are long, and nobody reads them.
    private static let answerColumnsMax = 80

    /// A step begins.
    func step(_ title: String, _ about: String = "") {
        terminal.line()
        for line in wrapped(title) { terminal.line(terminal.style.bold(line)) }
        if !about.isEmpty { note(about) }
    }

    /// Something for those who learn.
    func note(_ text: String) {
        for line in wrapped(text) { terminal.line(terminal.style.dim(line)) }
    }

    /// A paragraph.
    func paragraph(_ text: String) {
        for line in wrapped(text) { terminal.line(line) }
    }

    /// A command to type, in one piece.
    func command(_ text: String) { terminal.line(terminal.style.dim("  \(DisplayText.printable(text))")) }

    /// What somebody else wrote, as it stands.
    func text(_ line: String) { terminal.line(DisplayText.printable(line)) }

    /// What is well.
    func success(_ text: String) { terminal.line(terminal.style.green(DisplayText.printable(text))) }

    /// What is not.
    func failure(_ text: String) { terminal.line(terminal.style.red(DisplayText.printable(text))) }

    /// A line of a dialogue.
    func say(_ line: DialogueLine) {
        let text = DisplayText.printable("\(line)")
        switch line {
        case .client: terminal.line(terminal.style.green(text))
        case .server: terminal.line(text)
        case .note: terminal.line(terminal.style.dim(text))
        }
    }

    /// A question to the DNS.
    func question(_ name: String, _ type: String) {
        terminal.line(terminal.style.green(DisplayText.printable("Q: \(name) \(type)")))
    }

    /// One record of its answer.
    ///
    /// - Parameter more: behind it, and less important.
    func answer(_ data: String, _ more: String = "") {
        let behind = more.isEmpty ? "" : "  (\(more))"
        let room = (terminal.columns ?? LabScreen.answerColumnsMax) - "A: ".count - behind.count
        let shown = DisplayText.cut(DisplayText.printable(data), to: min(room, LabScreen.answerColumnsMax))
        terminal.line("A: \(shown)\(terminal.style.dim(behind))")
    }

    private func wrapped(_ text: String) -> [String] {
        let columns = min(terminal.columns ?? LabScreen.columnsMax, LabScreen.columnsMax)
        let margin = String(text.prefix { $0 == " " })
        var lines: [String] = []
        var width = 0
        for word in text.split(separator: " ") {
            let more = DisplayText.width(word)
            if !lines.isEmpty, width + 1 + more <= columns {
                lines[lines.count - 1] += " " + word
                width += 1 + more
            } else {
                lines.append(margin + word)
                width = margin.count + more
            }
        }
        return lines
    }
}
