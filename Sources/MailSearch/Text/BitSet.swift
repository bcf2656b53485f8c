/// A set of small numbers as bits.
struct BitSet: Sendable, Equatable {
    private(set) var words: [UInt64]

    /// With room for the numbers below `capacity`, none of them in it.
    init(capacity: Int) { words = [UInt64](repeating: 0, count: (capacity + 63) / 64) }

    /// All numbers below `count`.
    init(all count: Int) {
        self.init(capacity: count)
        for word in words.indices { words[word] = .max }
        if count % 64 != 0, let last = words.indices.last { words[last] = (1 << UInt64(count % 64)) - 1 }
    }

    /// Makes room for the numbers below `capacity`.
    mutating func grow(to capacity: Int) {
        let count = (capacity + 63) / 64
        if count > words.count { words.append(contentsOf: repeatElement(0, count: count - words.count)) }
    }

    @inline(__always)
    func contains(_ number: Int) -> Bool {
        let word = number >> 6
        return word < words.count && words[word] >> UInt64(number & 63) & 1 == 1
    }

    /// A number that there is room for.
    @inline(__always)
    mutating func insert(_ number: Int) { words[number >> 6] |= 1 << UInt64(number & 63) }

    @inline(__always)
    mutating func remove(_ number: Int) { words[number >> 6] &= ~(1 << UInt64(number & 63)) }

    var isEmpty: Bool { words.allSatisfy { $0 == 0 } }
    var count: Int { words.reduce(0) { $0 + $1.nonzeroBitCount } }

    mutating func formUnion(_ other: BitSet) {
        for word in words.indices where word < other.words.count { words[word] |= other.words[word] }
    }

    mutating func formIntersection(_ other: BitSet) {
        for word in words.indices { words[word] &= word < other.words.count ? other.words[word] : 0 }
    }

    func subtracting(_ other: BitSet) -> BitSet {
        var rest = self
        for word in words.indices where word < other.words.count { rest.words[word] &= ~other.words[word] }
        return rest
    }

    /// Each number, ascending.
    func forEach(_ body: (Int) throws -> Void) rethrows {
        for (index, word) in words.enumerated() {
            var rest = word
            while rest != 0 {
                try body(index << 6 + rest.trailingZeroBitCount)
                rest &= rest - 1
            }
        }
    }
}
