import TerminalOutput
import Testing

@testable import TerminalScreen

struct CellGridTests {
    @Test func textStaysInItsPlace() {
        var grid = CellGrid(columns: 10, rows: 3)
        #expect(grid.put("hello", row: 0, column: 2) == 7)
        #expect(grid.put("far too long for it", row: 1, column: 4, width: 4) == 8)
        grid.put("out", row: 7, column: 0)
        grid.put("out", row: 0, column: 50)
        grid.put("x", row: -1, column: -5)
        #expect(grid.text == "  hello\n    far…\n")
    }

    /// Two columns, combining marks, right-to-left text, and what would steer the terminal.
    @Test func widths() {
        var grid = CellGrid(columns: 12, rows: 1)
        #expect(grid.put("日本👍e\u{301}x", row: 0, column: 0) == 8)
        #expect(grid[0, 0].text == "日" && grid[0, 1].text.isEmpty && grid[0, 6].text == "e\u{301}")
        grid.put("z", row: 0, column: 1)
        #expect(grid[0, 0].text == " ")
        var other = CellGrid(columns: 40, rows: 1)
        other.put("\u{1B}[31m\u{9B}2J\r\n\u{202E}שלום\u{07}", row: 0, column: 0)
        #expect(
            !other.line(0).unicodeScalars.contains {
                $0.value < 0x20 || (0x7F...0x9F).contains($0.value) || $0 == "\u{202E}"
            })
        #expect(other.line(0).contains("שלום"))
    }

    @Test func aWideCharacterThatDoesNotFit() {
        var grid = CellGrid(columns: 3, rows: 1)
        #expect(grid.put("日本", row: 0, column: 0) == 3)
        #expect(grid.line(0) == "日…")
    }

    /// What is painted brings one grid to another: a model of a terminal shows the same.
    @Test func painting() {
        var generator = SystemRandomNumberGenerator()
        var painter = ScreenPainter(.coloured)
        var terminal = TinyTerminal(columns: 20, rows: 4)
        for _ in 0..<300 {
            var grid = CellGrid(columns: 20, rows: 4)
            for _ in 0..<6 {
                let text = ["a", "日本", "hello world", "é", "👍", ""].randomElement(using: &generator) ?? ""
                let style =
                    [CellStyle.plain, .bold, CellStyle(.red), .reverse].randomElement(using: &generator) ?? .plain
                grid.put(text, row: Int.random(in: 0..<4), column: Int.random(in: 0..<20), style)
            }
            terminal.write(painter.paint(grid))
            #expect(terminal.text == grid.text)
        }
    }
}

/// As much of a terminal as the painter uses.
private struct TinyTerminal {
    let columns: Int
    var cells: [[String]]
    var row = 0
    var column = 0

    init(columns: Int, rows: Int) {
        self.columns = columns
        cells = Array(repeating: Array(repeating: " ", count: columns), count: rows)
    }

    mutating func write(_ text: String) {
        var rest = text[...]
        while let character = rest.popFirst() {
            guard character == "\u{1B}" else {
                put(character)
                continue
            }
            rest.removeFirst()
            let parameters = rest.prefix { !$0.isLetter }
            rest = rest.dropFirst(parameters.count)
            let final = rest.popFirst()
            let numbers = parameters.split(separator: ";").compactMap { Int($0) }
            if final == "H" { (row, column) = (numbers[0] - 1, numbers[1] - 1) }
            if final == "J" { cells = cells.map { $0.map { _ in " " } } }
        }
    }

    private mutating func put(_ character: Character) {
        cells[row][column] = String(character)
        column += 1
        if DisplayText.width(of: character) == 2 {
            cells[row][column] = ""
            column += 1
        }
    }

    var text: String {
        cells.map { row in
            var text = row.joined()
            while text.last == " " { text.removeLast() }
            return text
        }.joined(separator: "\n")
    }
}
