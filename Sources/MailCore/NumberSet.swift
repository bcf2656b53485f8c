/// UIDs of one mailbox.
package typealias UIDSet = NumberSet<UID>

/// Numbers of messages as ascending ranges that neither touch nor overlap: what a sequence-set means once `*` is known.
///
/// Open to inlining: what other modules do a message at a time is compiled there, for the one kind of number.
package struct NumberSet<Number: MessageNumber>: Hashable, Sendable {
    @usableFromInline var storage: [ClosedRange<UInt32>] = []

    /// Ascending, apart from each other by at least one number.
    @inlinable package var ranges: [ClosedRange<UInt32>] { storage }

    /// No number.
    @inlinable package init() {}

    /// All numbers of a range.
    package init(_ range: ClosedRange<Number>) { storage = [range.lowerBound.rawValue...range.upperBound.rawValue] }

    /// All numbers of ranges in any order.
    package init(ranges unordered: [ClosedRange<UInt32>]) {
        for range in unordered.sorted(by: { $0.lowerBound < $1.lowerBound }) { append(range) }
    }

    /// Numbers in any order.
    package init(_ numbers: some Sequence<Number>) {
        for number in numbers.sorted() { append(number) }
    }

    /// Whether there is none.
    @inlinable package var isEmpty: Bool { ranges.isEmpty }

    /// How many numbers.
    @inlinable package var count: Int { ranges.reduce(0) { $0 + $1.count } }

    /// The smallest.
    @inlinable package var first: Number? { ranges.first.map { Number(rawValue: $0.lowerBound) } }

    /// The largest.
    @inlinable package var last: Number? { ranges.last.map { Number(rawValue: $0.upperBound) } }

    /// Adds a number that is not below the last one.
    @inlinable package mutating func append(_ number: Number) { append(number.rawValue...number.rawValue) }

    /// Adds a range that does not begin below the last range.
    @inlinable package mutating func append(_ range: ClosedRange<UInt32>) {
        guard let last = storage.last else { return storage.append(range) }
        precondition(range.lowerBound >= last.lowerBound, "Numbers are appended in ascending order")
        if range.lowerBound <= last.upperBound || range.lowerBound - 1 == last.upperBound {
            storage[storage.count - 1] = last.lowerBound...max(last.upperBound, range.upperBound)
        } else {
            storage.append(range)
        }
    }

    /// Whether it is among them.
    @inlinable package func contains(_ number: Number) -> Bool {
        let position = ranges.partitioned { $0.upperBound >= number.rawValue }
        return position < ranges.count && ranges[position].lowerBound <= number.rawValue
    }

    /// Those of both.
    package func intersection(_ other: NumberSet) -> NumberSet {
        var both = NumberSet()
        var (mine, theirs) = (0, 0)
        while mine < ranges.count, theirs < other.ranges.count {
            let (left, right) = (ranges[mine], other.ranges[theirs])
            let (lower, upper) = (max(left.lowerBound, right.lowerBound), min(left.upperBound, right.upperBound))
            if lower <= upper { both.append(lower...upper) }
            if left.upperBound < right.upperBound { mine += 1 } else { theirs += 1 }
        }
        return both
    }

    /// Those of either.
    package func union(_ other: NumberSet) -> NumberSet { NumberSet(ranges: ranges + other.ranges) }

    /// Without those.
    package func subtracting(_ other: NumberSet) -> NumberSet {
        var rest = NumberSet()
        var theirs = 0
        for range in ranges {
            var lower = range.lowerBound
            var isSpent = false
            while theirs < other.ranges.count, other.ranges[theirs].upperBound < lower { theirs += 1 }
            var position = theirs
            while position < other.ranges.count, other.ranges[position].lowerBound <= range.upperBound {
                let taken = other.ranges[position]
                if taken.lowerBound > lower { rest.append(lower...(taken.lowerBound - 1)) }
                guard taken.upperBound < range.upperBound else {
                    isSpent = true
                    break
                }
                lower = max(lower, taken.upperBound + 1)
                position += 1
            }
            if !isSpent { rest.append(lower...range.upperBound) }
        }
        return rest
    }

    /// Those at some positions in the ascending order, counted from 0; positions beyond the last are left out.
    package func numbers(at positions: Range<Int>) -> NumberSet {
        var chosen = NumberSet()
        var before = 0
        for range in ranges {
            let lower = max(positions.lowerBound, before)
            let upper = min(positions.upperBound, before + range.count)
            if lower < upper {
                let first = range.lowerBound + UInt32(lower - before)
                chosen.append(first...(first + UInt32(upper - lower - 1)))
            }
            before += range.count
            if before >= positions.upperBound { break }
        }
        return chosen
    }

    /// Every number, ascending.
    @inlinable package func forEach(_ body: (Number) throws -> Void) rethrows {
        for range in ranges {
            for number in range { try body(Number(rawValue: number)) }
        }
    }
}
