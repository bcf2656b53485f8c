/// How far a long piece of work is: one line of a screen that is written over and over.
package struct ProgressBar: Sendable {
    /// What is counted.
    package enum Unit: Sendable, Hashable {
        /// Octets.
        case bytes
        /// Things with a name, in the plural.
        case items(String)
    }

    private let title: String
    private let unit: Unit
    private let terminal: Terminal
    private let startedMilliseconds: Int64
    private var drawnMilliseconds: Int64?

    /// Redrawn at most so often.
    private static let redrawMilliseconds: Int64 = 100

    /// Begins at `nowMilliseconds` of any steady clock.
    package init(title: String, unit: Unit, terminal: Terminal, nowMilliseconds: Int64) {
        self.title = title
        self.unit = unit
        self.terminal = terminal
        startedMilliseconds = nowMilliseconds
    }

    /// Shows the state when it is time to; nothing when nobody looks.
    ///
    /// - Parameter total: nil when it is not known.
    package mutating func update(done: Int64, total: Int64?, nowMilliseconds: Int64) {
        guard terminal.isScreen else { return }
        if let drawn = drawnMilliseconds, nowMilliseconds - drawn < ProgressBar.redrawMilliseconds { return }
        drawnMilliseconds = nowMilliseconds
        terminal.write("\r" + rendered(done: done, total: total, nowMilliseconds: nowMilliseconds) + "\u{1b}[K")
    }

    /// Takes the line away again.
    package mutating func finish() {
        if drawnMilliseconds != nil { terminal.write("\r\u{1b}[K") }
        drawnMilliseconds = nil
    }

    /// The line.
    package func rendered(done: Int64, total: Int64?, nowMilliseconds: Int64) -> String {
        let elapsed = max(1, nowMilliseconds - startedMilliseconds)
        let perSecond = Double(done) * 1000 / Double(elapsed)
        var parts: [String] = []
        if let total, total > 0 {
            let share = min(1, max(0, Double(done) / Double(total)))
            let percent = "\(Int(share * 100))%"
            parts.append(bar(share) + " " + String(repeating: " ", count: 4 - percent.count) + percent)
        }
        parts.append(progress(done, total))
        parts.append(rate(ProgressBar.whole(perSecond)))
        if let total, done > 0, done < total, perSecond > 0 {
            parts.append(
                "\(QuantityText.span(seconds: ProgressBar.whole(Double(total - done) / perSecond + 0.5))) left")
        }
        let line = title + "  " + parts.joined(separator: "  ")
        return DisplayText.cut(line, to: max(10, (terminal.columns ?? 80) - 1))
    }

    private static func whole(_ number: Double) -> Int64 { Int64(exactly: number.rounded(.down)) ?? Int64.max }

    private func bar(_ share: Double) -> String {
        let cells = 24
        let full = Int(share * Double(cells))
        return "[" + String(repeating: "#", count: full) + String(repeating: "·", count: cells - full) + "]"
    }

    private func progress(_ done: Int64, _ total: Int64?) -> String {
        switch unit {
        case .bytes:
            QuantityText.size(bytes: done) + (total.map { " of \(QuantityText.size(bytes: $0))" } ?? "")
        case .items(let noun):
            QuantityText.grouped(done) + (total.map { " of \(QuantityText.grouped($0))" } ?? "") + " \(noun)"
        }
    }

    private func rate(_ number: Int64) -> String {
        switch unit {
        case .bytes: "\(QuantityText.size(bytes: number))/s"
        case .items: "\(QuantityText.grouped(number))/s"
        }
    }
}
