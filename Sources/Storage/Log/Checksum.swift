internal import CDeflate
package import NIOCore

/// The CRC-32 of ISO 3309, zlib's, over octets that come in pieces.
///
/// libdeflate computes it by carry-less multiplication, 2.5 to 6 times as fast as zlib: every octet that is filed or read
/// is checked.
package struct Checksum: Hashable, Sendable {
    package private(set) var value: UInt32 = 0

    package init() {}

    package mutating func update(_ octets: UnsafeRawBufferPointer) {
        guard let start = octets.baseAddress else { return }
        value = libdeflate_crc32(value, start, octets.count)
    }

    package mutating func update(_ octets: ByteBuffer) {
        octets.withUnsafeReadableBytes { update($0) }
    }

    package mutating func update(_ octets: [UInt8]) {
        octets.withUnsafeBytes { update($0) }
    }
}
