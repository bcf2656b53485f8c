/// A text in which what was looked for is marked, as HTML (RFC 8621 §5).
struct SnippetText {
    /// Octets of a snippet of the body, at most (RFC 8621 §5: preview).
    static let previewOctetsMax = 255
    /// Characters before the first find.
    private static let leadCharacters = 40

    /// What is looked for, folded; none is empty.
    let wanted: [[UInt8]]

    init(_ needles: [Needle]) { wanted = Array(Set(needles.map(\.octets))).filter { !$0.isEmpty } }

    /// The whole text with all finds marked; nil where there is none.
    func marked(_ text: String) -> String? {
        let characters = Array(text)
        let finds = finds(in: characters)
        guard !finds.isEmpty else { return nil }
        var writer = MarkWriter(octetsMax: .max)
        writer.write(characters[...], finds)
        return writer.html
    }

    /// The surroundings of the first find in a body, in one line; nil where there is none.
    func preview(_ text: String) -> String? {
        var characters: [Character] = []
        characters.reserveCapacity(text.utf8.count)
        for character in text {
            let isSpace = character.isWhitespace
            if isSpace, characters.isEmpty || characters.last == " " { continue }
            characters.append(isSpace ? " " : character)
        }
        let finds = finds(in: characters)
        guard let first = finds.first else { return nil }
        var start = max(0, first.lowerBound - Self.leadCharacters)
        if start > 0, let space = characters[start..<first.lowerBound].firstIndex(of: " ") { start = space + 1 }
        var writer = MarkWriter(octetsMax: Self.previewOctetsMax)
        if start > 0 { writer.writeEllipsis() }
        writer.write(characters[start...], finds)
        return writer.html
    }

    /// Ranges of characters, ascending, apart from each other.
    private func finds(in characters: [Character]) -> [Range<Int>] {
        var folded: [UInt8] = []
        // The character that each folded octet came from.
        var origins: [Int32] = []
        for (place, character) in characters.enumerated() {
            FoldedText.append(String(character), to: &folded)
            origins.append(
                contentsOf: repeatElement(Int32(truncatingIfNeeded: place), count: folded.count - origins.count))
        }
        var ranges: [Range<Int>] = []
        folded.withUnsafeBytes { octets in
            for needle in wanted {
                let finder = OctetFinder(needle)
                var position = 0
                while let found = finder.first(in: octets, from: position), ranges.count < 10_000 {
                    ranges.append(Int(origins[found])..<(Int(origins[found + needle.count - 1]) + 1))
                    position = found + needle.count
                }
            }
        }
        ranges.sort { $0.lowerBound < $1.lowerBound }
        var joined: [Range<Int>] = []
        for range in ranges {
            if let last = joined.last, range.lowerBound <= last.upperBound {
                joined[joined.count - 1] = last.lowerBound..<max(last.upperBound, range.upperBound)
            } else {
                joined.append(range)
            }
        }
        return joined
    }
}

/// Writes HTML of bounded length: text escaped, finds between `<mark>` and `</mark>`, no character and no mark cut.
private struct MarkWriter {
    private(set) var html = ""
    private let octetsMax: Int

    init(octetsMax: Int) { self.octetsMax = octetsMax }

    private static let open = "<mark>"
    private static let close = "</mark>"

    mutating func writeEllipsis() { html += "…" }

    mutating func write(_ characters: ArraySlice<Character>, _ finds: [Range<Int>]) {
        var find = finds.firstIndex { $0.upperBound > characters.startIndex } ?? finds.endIndex
        var isOpen = false
        for place in characters.indices {
            while find < finds.endIndex, finds[find].upperBound <= place {
                if isOpen { html += Self.close }
                isOpen = false
                find += 1
            }
            let begins = find < finds.endIndex && finds[find].lowerBound <= place && !isOpen
            let text = Self.escaped(characters[place])
            let needed = text.utf8.count + (begins ? Self.open.utf8.count + Self.close.utf8.count : 0)
            let reserved = isOpen ? Self.close.utf8.count : 0
            guard octetsMax - html.utf8.count - reserved >= needed else { break }
            if begins { html += Self.open }
            isOpen = isOpen || begins
            html += text
        }
        if isOpen { html += Self.close }
    }

    private static func escaped(_ character: Character) -> String {
        switch character {
        case "&": "&amp;"
        case "<": "&lt;"
        case ">": "&gt;"
        case "\"": "&quot;"
        case "'": "&#39;"
        default: String(character)
        }
    }
}
