internal import CZlib
package import NIOCore

/// The CRC-32 of ISO 3309, as zlib computes it, over octets that come in pieces.
package struct Checksum: Hashable, Sendable {
    package private(set) var value: UInt32 = 0

    package init() {}

    package mutating func update(_ octets: UnsafeRawBufferPointer) {
        guard let start = octets.baseAddress else { return }
        value = UInt32(
            truncatingIfNeeded: crc32_z(UInt(value), start.assumingMemoryBound(to: UInt8.self), octets.count))
    }

    package mutating func update(_ octets: ByteBuffer) {
        octets.withUnsafeReadableBytes { update($0) }
    }

    package mutating func update(_ octets: [UInt8]) {
        octets.withUnsafeBytes { update($0) }
    }
}
