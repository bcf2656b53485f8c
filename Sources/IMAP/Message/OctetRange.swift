/// Octets of a section from an offset on: `<0.2048>`.
package struct OctetRange: Hashable, Sendable {
    /// From 0 up.
    package let offset: UInt64
    /// At most so many, from 1 up.
    package let octetsMax: UInt64

    /// As written.
    package init(offset: UInt64, octetsMax: UInt64) {
        self.offset = offset
        self.octetsMax = octetsMax
    }

    /// What it is of `count` octets; empty beyond their end.
    package func clamped(to count: UInt64) -> Range<UInt64> {
        let start = min(offset, count)
        return start..<(start + min(octetsMax, count - start))
    }
}
