internal import TerminalOutput

/// How a cell looks.
package struct CellStyle: Hashable, Sendable {
    /// The terminal's own colours, which its user has chosen.
    package enum Colour: UInt8, Hashable, Sendable {
        case red = 1
        case green = 2
        case yellow = 3
        case blue = 4
        case magenta = 5
        case cyan = 6
    }

    /// What can be combined.
    package struct Effects: OptionSet, Hashable, Sendable {
        package let rawValue: UInt8
        package init(rawValue: UInt8) { self.rawValue = rawValue }
        package static let bold = Effects(rawValue: 1)
        package static let dim = Effects(rawValue: 2)
        package static let reverse = Effects(rawValue: 4)
        package static let underline = Effects(rawValue: 8)
    }

    package var colour: Colour?
    package var effects: Effects

    package init(_ colour: Colour? = nil, _ effects: Effects = []) {
        self.colour = colour
        self.effects = effects
    }

    package static let plain = CellStyle()
    package static let bold = CellStyle(nil, .bold)
    package static let dim = CellStyle(nil, .dim)
    package static let reverse = CellStyle(nil, .reverse)

    /// The same with more.
    package func with(_ more: Effects) -> CellStyle { CellStyle(colour, effects.union(more)) }

    /// Select Graphic Rendition (ECMA-48 §8.3.117), from scratch.
    func sequence(_ text: TextStyle) -> String {
        var codes = ["0"]
        if effects.contains(.bold) { codes.append("1") }
        if effects.contains(.dim) { codes.append("2") }
        if effects.contains(.underline) { codes.append("4") }
        if effects.contains(.reverse) { codes.append("7") }
        if let colour, text == .coloured { codes.append("3\(colour.rawValue)") }
        return "\u{1B}[\(codes.joined(separator: ";"))m"
    }
}

/// A screen before it is shown: rows of cells. What is put in is made harmless, and never leaves its row.
package struct CellGrid: Hashable, Sendable {
    /// One column of one row.
    package struct Cell: Hashable, Sendable {
        /// A character; empty for the right half of a wide one.
        package var text: String
        package var style: CellStyle
    }

    package let columns: Int
    package let rows: Int
    private var cells: [Cell]
    /// Where the cursor blinks; nil for nowhere.
    package var cursor: (row: Int, column: Int)? {
        get { cursorRow.map { ($0, cursorColumn) } }
        set { (cursorRow, cursorColumn) = (newValue?.row, newValue?.column ?? 0) }
    }
    private var cursorRow: Int?
    private var cursorColumn = 0

    /// An empty screen; a size that no terminal has is taken for the nearest one.
    package init(columns: Int, rows: Int) {
        self.columns = min(max(columns, 1), 1_000)
        self.rows = min(max(rows, 1), 1_000)
        cells = Array(repeating: Cell(text: " ", style: .plain), count: self.columns * self.rows)
    }

    /// A cell; a space where there is none.
    package subscript(row: Int, column: Int) -> Cell {
        guard (0..<rows).contains(row), (0..<columns).contains(column) else { return Cell(text: " ", style: .plain) }
        return cells[row * columns + column]
    }

    /// Puts text into a row; what does not fit into `width` columns is cut off, with an ellipsis.
    ///
    /// - Returns: the column behind it.
    @discardableResult
    package mutating func put(
        _ text: some StringProtocol, row: Int, column: Int, width: Int? = nil, _ style: CellStyle = .plain
    ) -> Int {
        guard (0..<rows).contains(row), column < columns else { return column }
        let room = max(0, min(width ?? columns - column, columns - column))
        var at = column
        for character in DisplayText.cut(DisplayText.printable(text), to: room) {
            let wide = DisplayText.width(of: character)
            guard wide > 0 else {
                // Marks that stand alone belong to what is before them.
                if at > column { cells[row * columns + at - 1].text.append(character) }
                continue
            }
            guard at >= 0, at + wide <= column + room else { break }
            set(row, at, Cell(text: String(character), style: style))
            if wide == 2 { set(row, at + 1, Cell(text: "", style: style)) }
            at += wide
        }
        return at
    }

    /// Fills columns of a row with a style, keeping what stands there.
    package mutating func paint(row: Int, from column: Int = 0, to end: Int? = nil, _ style: CellStyle) {
        guard (0..<rows).contains(row) else { return }
        for place in max(0, column)..<max(max(0, column), min(end ?? columns, columns)) {
            cells[row * columns + place].style = style
        }
    }

    private mutating func set(_ row: Int, _ column: Int, _ cell: Cell) {
        let index = row * columns + column
        // Half of a wide character is none.
        if cells[index].text.isEmpty {
            if column > 0, !cell.text.isEmpty { cells[index - 1].text = " " }
        } else if column + 1 < columns, cells[index + 1].text.isEmpty {
            cells[index + 1].text = " "
        }
        cells[index] = cell
    }

    /// A row's text, for tests and for people who read it aloud.
    package func line(_ row: Int) -> String {
        var text = (0..<columns).map { self[row, $0].text }.joined()
        while text.last == " " { text.removeLast() }
        return text
    }

    /// All rows.
    package var text: String { (0..<rows).map { line($0) }.joined(separator: "\n") }

    /// Both are the same; the tuple has no equality of its own.
    package static func == (left: CellGrid, right: CellGrid) -> Bool {
        left.columns == right.columns && left.rows == right.rows && left.cells == right.cells
            && left.cursorRow == right.cursorRow && left.cursorColumn == right.cursorColumn
    }
}
