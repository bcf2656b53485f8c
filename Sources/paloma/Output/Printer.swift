import FoundationEssentials
import TerminalOutput

/// Prints results: tables for people, JSON for programs.
struct Printer {
    let terminal = Terminal(.output)
    let isJSON: Bool

    /// The value as JSON; true when that is what was asked for.
    func json(_ value: some Encodable) throws -> Bool {
        guard isJSON else { return false }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        terminal.line(String(decoding: try encoder.encode(value), as: UTF8.self))
        return true
    }

    /// A table, or what to say when there is nothing in it.
    func table(_ table: TextTable, ifEmpty text: String) {
        guard !table.isEmpty else {
            terminal.line(text)
            return
        }
        terminal.write(table.rendered(style: terminal.style, columnsMax: terminal.columns))
    }

    /// A line that may have come from anybody.
    func line(_ text: String) { terminal.line(DisplayText.printable(text)) }

    /// Names and values below one another.
    func details(_ pairs: [(name: String, value: String)]) {
        let width = pairs.map { DisplayText.width($0.name) }.max() ?? 0
        for (name, value) in pairs {
            let padding = String(repeating: " ", count: width - DisplayText.width(name))
            terminal.line("\(terminal.style.dim(name))\(padding)  \(DisplayText.printable(value))")
        }
    }
}
