internal import TerminalOutput

/// Lines that fit a screen.
enum TextWrapping {
    /// A line in pieces of at most `columns`, broken at blanks; what stands before quoted text stands before each piece.
    static func wrap(_ line: String, to columns: Int) -> [String] {
        let columns = max(10, columns)
        let line = expanded(line)
        guard DisplayText.width(line) > columns else { return [line] }
        let mark = line.prefix { $0 == ">" || $0 == " " }
        let isQuote = mark.contains(">") && mark.count < columns / 2
        let prefix = isQuote ? String(mark) : ""
        let body = isQuote ? line.dropFirst(mark.count) : line[...]
        return pieces(body, columns - DisplayText.width(prefix)).map { prefix + $0 }
    }

    private static func pieces(_ text: Substring, _ columns: Int) -> [String] {
        var pieces: [String] = []
        var piece = ""
        var width = 0
        for (place, word) in text.split(separator: " ", omittingEmptySubsequences: false).enumerated() {
            let wordWidth = DisplayText.width(word)
            if width > 0, width + 1 + wordWidth > columns {
                pieces.append(piece)
                (piece, width) = ("", 0)
            } else if width > 0 || pieces.isEmpty && place > 0 {
                piece += " "
                width += 1
            }
            guard wordWidth > columns else {
                piece += word
                width += wordWidth
                continue
            }
            // An address longer than the screen.
            for character in word {
                let one = DisplayText.width(of: character)
                if width + one > columns {
                    pieces.append(piece)
                    (piece, width) = ("", 0)
                }
                piece.append(character)
                width += one
            }
        }
        return pieces + [piece]
    }

    /// Tabs as blanks, to columns of eight.
    private static func expanded(_ line: String) -> String {
        guard line.contains("\t") else { return line }
        var text = ""
        var width = 0
        for character in line {
            let count = character == "\t" ? 8 - width % 8 : 0
            text += count > 0 ? String(repeating: " ", count: count) : String(character)
            width += count > 0 ? count : DisplayText.width(of: character)
        }
        return text
    }
}
