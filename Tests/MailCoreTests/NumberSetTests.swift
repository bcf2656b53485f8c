import Testing

@testable import MailCore

@Suite struct NumberSetTests {
    @Test func setsAgainstSwiftSets() {
        var generator = SeededGenerator(seed: 11)
        for _ in 0..<2_000 {
            let left = Self.random(&generator)
            let right = Self.random(&generator)
            let (one, other) = (UIDSet(left.map(UID.init(rawValue:))), UIDSet(right.map(UID.init(rawValue:))))
            #expect(Self.elements(one) == left)
            #expect(one.count == left.count)
            #expect(Self.elements(one.union(other)) == left.union(right))
            #expect(Self.elements(one.intersection(other)) == left.intersection(right))
            #expect(Self.elements(one.subtracting(other)) == left.subtracting(right))
            for number in 1...40 {
                #expect(one.contains(UID(rawValue: UInt32(number))) == left.contains(UInt32(number)))
            }
            for (range, next) in zip(one.ranges, one.ranges.dropFirst()) {
                #expect(range.upperBound + 1 < next.lowerBound)
            }
        }
    }

    @Test func positions() {
        var generator = SeededGenerator(seed: 12)
        for _ in 0..<500 {
            let numbers = Self.random(&generator)
            let set = UIDSet(numbers.map(UID.init(rawValue:)))
            let sorted = numbers.sorted()
            let lower = Int.random(in: 0...25, using: &generator)
            let upper = lower + Int.random(in: 0...25, using: &generator)
            let chosen = sorted[min(lower, sorted.count)..<min(upper, sorted.count)]
            #expect(set.numbers(at: lower..<upper) == UIDSet(chosen.map(UID.init(rawValue:))))
        }
    }

    private static func random(_ generator: inout SeededGenerator) -> Set<UInt32> {
        Set((0..<Int.random(in: 0...20, using: &generator)).map { _ in UInt32.random(in: 1...40, using: &generator) })
    }

    private static func elements(_ set: UIDSet) -> Set<UInt32> {
        var elements: Set<UInt32> = []
        set.forEach { elements.insert($0.rawValue) }
        return elements
    }

    @Test func theLargestNumber() {
        let all = UIDSet(ranges: [1...UInt32.max])
        let middle = UIDSet(ranges: [5...5])
        #expect(all.subtracting(middle).ranges == [1...4, 6...UInt32.max])
        #expect(all.subtracting(all).isEmpty)
        #expect(all.union(UIDSet(ranges: [UInt32.max...UInt32.max])) == all)
        #expect(UIDSet(ranges: [UInt32.max...UInt32.max]).subtracting(middle).count == 1)
    }
}
