/// A page of results (RFC 9394 §3.1, RFC 5267 §4.4): positions from 1 up, from the oldest or from the newest.
package struct PartialRange: Hashable, Sendable {
    /// Where counting begins.
    package enum Direction: Hashable, Sendable {
        /// `1:100`
        case fromOldest
        /// `-1:-100`
        case fromNewest
    }

    /// Where counting begins.
    package let direction: Direction
    /// Positions, 1 being the first; kept as written for the reply.
    package let first: UInt32
    /// As `first`; may be the smaller one.
    package let last: UInt32

    /// The order of the two means nothing.
    package init(_ direction: Direction, _ first: UInt32, _ last: UInt32) {
        self.direction = direction
        self.first = first
        self.last = last
    }

    /// The positions of the page among `count` results in ascending order, from 0; empty where there are none.
    package func positions(in count: Int) -> Range<Int> {
        let (lower, upper) = (Int(min(first, last)) - 1, min(Int(max(first, last)), count))
        guard lower >= 0, lower < upper else { return 0..<0 }
        switch direction {
        case .fromOldest: return lower..<upper
        case .fromNewest: return (count - upper)..<(count - lower)
        }
    }
}
