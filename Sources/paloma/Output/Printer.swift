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
        terminal.line(Printer.visible(String(decoding: try encoder.encode(value), as: UTF8.self)))
        return true
    }

    /// The value as JSON in one line, for programs that read on and on.
    func jsonLine(_ value: some Encodable) throws -> Bool {
        guard isJSON else { return false }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        terminal.line(Printer.visible(String(decoding: try encoder.encode(value), as: UTF8.self)))
        return true
    }

    /// The same JSON, with what could steer a terminal written as `\u009b`: strings come from anybody.
    static func visible(_ json: String) -> String {
        var output = String.UnicodeScalarView()
        for scalar in json.unicodeScalars {
            switch scalar.properties.generalCategory {
            case .control where scalar != "\n", .format, .lineSeparator, .paragraphSeparator:
                for unit in UTF16.encode(scalar) ?? UTF16.encodedReplacementCharacter {
                    let digits = String(unit, radix: 16)
                    output += "\\u\(String(repeating: "0", count: 4 - digits.count))\(digits)".unicodeScalars
                }
            default: output.append(scalar)
            }
        }
        return String(output)
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
