package import TerminalOutput

/// What a terminal is sent so that it shows a grid: only what is different from what it shows.
package struct ScreenPainter: Sendable {
    private var shown: CellGrid?
    private let text: TextStyle

    /// For a terminal that shows nothing that is known.
    package init(_ text: TextStyle) { self.text = text }

    /// The terminal shows something else: the next grid is painted whole.
    package mutating func forget() { shown = nil }

    /// The octets that bring a grid to the screen.
    package mutating func paint(_ grid: CellGrid) -> String {
        var output = "\u{1B}[?25l"
        let isNew = shown.map { $0.columns != grid.columns || $0.rows != grid.rows } ?? true
        if isNew { output += "\u{1B}[0m\u{1B}[2J" }
        for row in 0..<grid.rows {
            guard let changed = Self.changed(row, isNew ? nil : shown, grid) else { continue }
            output += "\u{1B}[\(row + 1);\(changed.lowerBound + 1)H"
            var style: CellStyle?
            for column in changed {
                let cell = grid[row, column]
                if cell.style != style {
                    output += cell.style.sequence(text)
                    style = cell.style
                }
                output += cell.text
            }
            output += "\u{1B}[0m"
        }
        if let cursor = grid.cursor { output += "\u{1B}[\(cursor.row + 1);\(cursor.column + 1)H\u{1B}[?25h" }
        shown = grid
        return output
    }

    /// From the first column that differs to the last, whole characters.
    private static func changed(_ row: Int, _ old: CellGrid?, _ new: CellGrid) -> ClosedRange<Int>? {
        guard let old else { return 0...new.columns - 1 }
        guard var first = (0..<new.columns).first(where: { old[row, $0] != new[row, $0] }),
            var last = (0..<new.columns).last(where: { old[row, $0] != new[row, $0] })
        else { return nil }
        while first > 0, new[row, first].text.isEmpty || old[row, first].text.isEmpty { first -= 1 }
        while last + 1 < new.columns, new[row, last + 1].text.isEmpty || old[row, last + 1].text.isEmpty { last += 1 }
        return first...last
    }
}
