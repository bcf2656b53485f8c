/// A place in the message log.
public struct LogPosition: Hashable, Sendable, Comparable {
    /// The segment's number, from 1 up.
    public var segment: Int64
    /// Octets from the segment's beginning.
    public var offset: Int64

    /// A place.
    public init(segment: Int64, offset: Int64) {
        self.segment = segment
        self.offset = offset
    }

    /// By segment, then by offset.
    public static func < (left: LogPosition, right: LogPosition) -> Bool {
        (left.segment, left.offset) < (right.segment, right.offset)
    }
}

/// Where a message's octets stand.
public struct StoredOctets: Hashable, Sendable {
    /// Their first octet.
    public var position: LogPosition
    /// How many there are.
    public var count: Int64
    /// Their CRC-32.
    public var checksum: UInt32

    /// From a row of the table `content`.
    public init(position: LogPosition, count: Int64, checksum: UInt32) {
        self.position = position
        self.count = count
        self.checksum = checksum
    }
}
