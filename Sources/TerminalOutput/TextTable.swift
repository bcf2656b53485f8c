/// Rows in aligned columns, for people.
package struct TextTable: Sendable {
    /// On which side of its column a cell stands.
    package enum Alignment: Sendable {
        /// Words.
        case left
        /// Numbers.
        case right
    }

    /// A column with its title.
    package struct Column: Sendable {
        let title: String
        let alignment: Alignment

        /// A column of words.
        package static func words(_ title: String) -> Column { Column(title: title, alignment: .left) }
        /// A column of numbers.
        package static func numbers(_ title: String) -> Column { Column(title: title, alignment: .right) }
    }

    private let columns: [Column]
    private var rows: [[String]] = []

    /// A table without rows.
    package init(_ columns: [Column]) {
        self.columns = columns
    }

    /// Adds a row; missing cells are empty.
    package mutating func add(_ cells: [String]) {
        let cells = cells.prefix(columns.count).map { DisplayText.printable($0) }
        rows.append(cells + Array(repeating: "", count: columns.count - cells.count))
    }

    /// Whether there is no row.
    package var isEmpty: Bool { rows.isEmpty }

    /// The lines, each with its end. No spaces at the ends of lines.
    ///
    /// - Parameter columnsMax: the width of the terminal; the last column of words is cut to fit. nil: nothing is cut.
    package func rendered(style: TextStyle, columnsMax: Int? = nil) -> String {
        var widths = columns.map { DisplayText.width($0.title) }
        for row in rows {
            for (index, cell) in row.enumerated() { widths[index] = max(widths[index], DisplayText.width(cell)) }
        }
        fit(&widths, to: columnsMax)
        var output = style.bold(line(columns.map(\.title), widths)) + "\n"
        for row in rows { output += line(row, widths) + "\n" }
        return output
    }

    private func fit(_ widths: inout [Int], to columnsMax: Int?) {
        guard let columnsMax else { return }
        let total = widths.reduce(0, +) + 2 * (widths.count - 1)
        guard total > columnsMax, let last = columns.lastIndex(where: { $0.alignment == .left }) else { return }
        widths[last] = max(8, widths[last] - (total - columnsMax))
    }

    private func line(_ cells: [String], _ widths: [Int]) -> String {
        var line = ""
        for (index, cell) in cells.enumerated() {
            let shown = DisplayText.cut(cell, to: widths[index])
            let padding = String(repeating: " ", count: max(0, widths[index] - DisplayText.width(shown)))
            line += columns[index].alignment == .left ? shown + padding : padding + shown
            if index + 1 < cells.count { line += "  " }
        }
        while line.last == " " { line.removeLast() }
        return line
    }
}
