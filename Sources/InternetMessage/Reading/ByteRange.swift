/// A run of octets of the message, counted from the first octet of the blob that was parsed.
///
/// The store puts trace fields of each copy (Return-Path, Delivered-To) before the blob; they are not counted here.
/// 32 bits are enough: no message is longer than ``MessageLimits/octetsMax``.
package struct ByteRange: Sendable, Hashable {
    private let lower: UInt32
    private let upper: UInt32

    /// Bounds that are out of order or out of reach give an empty range at the nearest place.
    package init(_ lowerBound: Int, _ upperBound: Int) {
        let low = min(max(0, lowerBound), MessageLimits.octetsMax)
        lower = UInt32(truncatingIfNeeded: low)
        upper = UInt32(truncatingIfNeeded: max(low, min(upperBound, MessageLimits.octetsMax)))
    }

    /// The position of the first octet.
    package var lowerBound: Int { Int(lower) }
    /// The position behind the last octet.
    package var upperBound: Int { Int(upper) }
    /// How many octets there are.
    package var count: Int { Int(upper) - Int(lower) }
    /// True when there are none.
    package var isEmpty: Bool { upper == lower }
    /// The same as a range of integers.
    package var range: Range<Int> { lowerBound..<upperBound }

    /// What remains after skipping `offset` octets and keeping `length` at most: `BODY[…]<offset.length>`
    /// (RFC 9051 §6.4.5); empty when `offset` lies behind the end.
    package func partial(offset: Int, length: Int) -> ByteRange {
        let skipped = min(max(0, offset), count)
        let start = lowerBound + skipped
        return ByteRange(start, start + min(max(0, length), count - skipped))
    }
}
