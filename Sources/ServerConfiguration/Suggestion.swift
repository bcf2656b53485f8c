/// Finds the word that was probably meant.
enum Suggestion {
    /// The known word nearest to `word`, when it is near enough to be a slip of the fingers.
    static func nearest(to word: String, among known: [String]) -> String? {
        let limit = max(1, min(3, word.utf8.count / 3))
        var best: (word: String, distance: Int)?
        for candidate in known {
            let distance = distance(Array(word.lowercased().utf8), Array(candidate.utf8))
            if distance <= limit, distance < best?.distance ?? .max { best = (candidate, distance) }
        }
        return best?.word
    }

    /// The optimal string alignment distance: insertions, deletions, replacements and swapped neighbours.
    private static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        guard left.count <= 64, right.count <= 64 else { return .max }
        var beforeLast: [Int] = []
        var last = Array(0...right.count)
        for row in 0..<left.count {
            var current = [row + 1]
            for column in 0..<right.count {
                let replaced = last[column] + (left[row] == right[column] ? 0 : 1)
                var cost = min(replaced, last[column + 1] + 1, current[column] + 1)
                if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
                    cost = min(cost, beforeLast[column - 1] + 1)
                }
                current.append(cost)
            }
            beforeLast = last
            last = current
        }
        return last[right.count]
    }
}
