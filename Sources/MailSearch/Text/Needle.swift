/// What is looked for in a text, folded, with what the index can be asked about it.
struct Needle: Hashable, Sendable {
    /// Folded; empty fits all.
    let octets: [UInt8]
    /// What some term of each text must be like that has the needle.
    let patterns: [TermPattern]
    /// Whether a text whose terms fit has the needle for sure.
    let isDecidedByTerms: Bool

    /// From the text as it was given.
    init(_ text: String) { self.init(folded: FoldedText.fold(text)) }

    /// From octets that are folded.
    init(folded octets: [UInt8]) {
        self.octets = octets
        var patterns: [TermPattern] = []
        octets.withUnsafeBufferPointer { octets in
            Terms.forEach(in: octets) { range in
                patterns.append(contentsOf: Self.patterns(range, in: octets))
            }
        }
        // Long ones are rarer: asked first, they leave less to the others.
        self.patterns = Array(Set(patterns)).sorted { $0.octets.count > $1.octets.count }
        let isOnePiece = patterns.count == 1 && patterns[0].count == octets.count
        isDecidedByTerms = octets.isEmpty || isOnePiece
    }

    /// Where the needle goes on beyond a term, the term ends there, too, in whatever text has it.
    private static func patterns(_ range: Range<Int>, in octets: UnsafeBufferPointer<UInt8>) -> [TermPattern] {
        let isFirst = range.lowerBound == 0
        let isLast = range.upperBound == octets.count
        let (first, _) = FoldedText.scalar(in: octets, at: range.lowerBound)
        let whole = Array(octets[range])
        if containsDense(whole) {
            // A pair is a term of its own wherever it stands; a single character is one half of some.
            let isPair = first.utf8.count < whole.count
            return [TermPattern(whole, begins: isPair, ends: isPair)]
        }
        guard whole.count > Terms.overlapOctets else {
            return [TermPattern(whole, begins: !isFirst, ends: !isLast)]
        }
        // Longer than what windows have in common: its beginning and its end lie within some window.
        return [
            TermPattern(characters(whole.prefix(Terms.overlapOctets)), begins: !isFirst, ends: false),
            TermPattern(characters(whole.suffix(Terms.overlapOctets)), begins: false, ends: !isLast),
        ]
    }

    private static func containsDense(_ octets: [UInt8]) -> Bool {
        String(decoding: octets, as: UTF8.self).unicodeScalars.contains(where: Terms.isDense)
    }

    /// Whole characters alone.
    private static func characters(_ octets: ArraySlice<UInt8>) -> [UInt8] {
        var octets = octets
        while let first = octets.first, first & 0xC0 == 0x80 { octets = octets.dropFirst() }
        if let lead = octets.lastIndex(where: { $0 & 0xC0 != 0x80 }) {
            let length = octets[lead] < 0x80 ? 1 : octets[lead] < 0xE0 ? 2 : octets[lead] < 0xF0 ? 3 : 4
            if octets.endIndex - lead < length { octets = octets[..<lead] }
        }
        return Array(octets)
    }

    /// Whether a folded text has it.
    func isContained(in folded: [UInt8]) -> Bool {
        guard !octets.isEmpty else { return true }
        return folded.withUnsafeBytes { OctetFinder(octets).first(in: $0, from: 0) != nil }
    }
}

extension Needle: CustomStringConvertible {
    /// Its length: what people look for is theirs.
    var description: String { "<\(octets.count) octets>" }
}

/// What a term must have in it.
struct TermPattern: Hashable, Sendable {
    /// As it is looked for among the terms of a page, which end with NUL and stand behind one.
    let octets: [UInt8]
    /// Where in ``octets`` the term's own begin.
    let offset: Int

    /// Octets of the term itself.
    var count: Int { octets.count - offset - (octets.last == 0 ? 1 : 0) }

    /// - Parameters:
    ///   - begins: whether the term begins with it.
    ///   - ends: whether the term ends with it.
    init(_ term: [UInt8], begins: Bool, ends: Bool) {
        octets = (begins ? [0] : []) + term + (ends ? [0] : [])
        offset = begins ? 1 : 0
    }
}
