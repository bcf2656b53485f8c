package import NIOCore

/// Writes responses into one buffer, in one connection's dialect (RFC 9051 §7, §9).
///
/// Nothing is copied into strings on the way. Whoever owns the writer takes the buffer when it is full enough.
package struct IMAPResponseWriter: Sendable {
    /// How responses are written.
    package var dialect: IMAPDialect
    /// What was written and not taken.
    package private(set) var buffer: ByteBuffer

    /// Behind what the buffer holds already.
    package init(dialect: IMAPDialect, buffer: ByteBuffer = ByteBuffer()) {
        self.dialect = dialect
        self.buffer = buffer
    }

    /// Octets waiting.
    package var octetCount: Int { buffer.readableBytes }

    /// What was written since the last time; the writer goes on with a new buffer.
    package mutating func take() -> ByteBuffer {
        let written = buffer
        buffer = ByteBuffer()
        return written
    }

    // MARK: Pieces

    mutating func raw(_ text: StaticString) { buffer.writeStaticString(text) }

    mutating func raw(_ octet: UInt8) { buffer.writeInteger(octet) }

    mutating func raw(_ text: String) { buffer.writeString(text) }

    /// Octets that are response text already, as the store keeps ENVELOPE.
    mutating func raw(_ octets: UnsafeRawBufferPointer) { buffer.writeBytes(octets) }

    mutating func raw(_ octets: ByteBuffer) { buffer.writeImmutableBuffer(octets) }

    /// Octets that are response text already.
    mutating func raw(_ octets: some Sequence<UInt8>) { buffer.writeBytes(octets) }

    mutating func space() { raw(UInt8(ascii: " ")) }

    mutating func endLine() { raw("\r\n") }

    /// Decimal, without a String.
    mutating func number(_ number: UInt64) {
        var digits: (UInt64, UInt64, UInt32) = (0, 0, 0)
        withUnsafeMutableBytes(of: &digits) { room in
            var rest = number
            var start = room.count
            repeat {
                start -= 1
                room[start] = 0x30 + UInt8(truncatingIfNeeded: rest % 10)
                rest /= 10
            } while rest > 0
            buffer.writeBytes(UnsafeRawBufferPointer(rebasing: room[start...]))
        }
    }

    mutating func number(_ value: UInt32) { number(UInt64(value)) }

    mutating func number(_ value: Int) { number(UInt64(max(value, 0))) }

    /// `sequence-set` of known numbers: `1:3,5`.
    mutating func ranges(_ ranges: [ClosedRange<UInt32>]) {
        for (position, range) in ranges.enumerated() {
            if position > 0 { raw(UInt8(ascii: ",")) }
            number(range.lowerBound)
            guard range.upperBound > range.lowerBound else { continue }
            raw(UInt8(ascii: ":"))
            number(range.upperBound)
        }
    }
}
