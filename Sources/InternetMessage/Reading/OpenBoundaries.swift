/// The boundaries that a reader waits for, found by what a line says: however many are open, a line costs one look-up.
struct OpenBoundaries {
    /// The levels at which each boundary is open, innermost last.
    private var levels: [[UInt8]: [Int]] = [:]
    private var shortest = Int.max
    private var longest = 0

    var isEmpty: Bool { levels.isEmpty }

    mutating func add(_ boundary: [UInt8], at level: Int) {
        levels[boundary, default: []].append(level)
        shortest = min(shortest, boundary.count)
        longest = max(longest, boundary.count)
    }

    /// Takes away the innermost one that is `boundary`.
    mutating func remove(_ boundary: [UInt8]) {
        guard var open = levels.removeValue(forKey: boundary) else { return }
        open.removeLast()
        if !open.isEmpty { levels[boundary] = open }
    }

    mutating func removeAll() { levels = [:] }

    /// The level whose boundary, or closing one, `line` is, hyphens before and blanks behind it left out: the innermost
    /// when there are several.
    func level(of line: Octets) -> (level: Int, isClosing: Bool)? {
        guard line.count >= shortest, line.count <= longest + 2 else { return nil }
        let text = line.copy()
        let opening = levels[text]?.last
        guard text.count > 2, text[text.count - 1] == ASCII.hyphen, text[text.count - 2] == ASCII.hyphen,
            let closing = levels[Array(text.dropLast(2))]?.last, closing > opening ?? -1
        else { return opening.map { ($0, false) } }
        return (closing, true)
    }
}
