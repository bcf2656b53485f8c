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

    /// Makes room for so many octets.
    package mutating func reserve(_ octets: Int) { buffer.reserveCapacity(octets) }

    /// What was written since the last time; the writer goes on with a new buffer.
    package mutating func take() -> ByteBuffer {
        let written = buffer
        buffer = ByteBuffer()
        return written
    }

    // MARK: Pieces

    mutating func raw(_ text: StaticString) {
        raw(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

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
        fill(Self.digitsMax) { room in Self.write(number, at: 0, of: room) }
    }

    /// Numbers of a range, each behind a space.
    mutating func spacedNumbers(_ range: ClosedRange<UInt32>) {
        // Some together: each visit to the buffer costs more than a number does.
        var next = UInt64(range.lowerBound)
        while next <= UInt64(range.upperBound) {
            let last = min(UInt64(range.upperBound), next + 255)
            fill(Int(last - next + 1) * (1 + Self.digitsMax)) { room in
                var end = 0
                for number in next...last {
                    room[end] = UInt8(ascii: " ")
                    end = Self.write(number, at: end + 1, of: room)
                }
                return end
            }
            next = last + 1
        }
    }

    /// Digits of the largest number.
    static var digitsMax: Int { 20 }

    /// Writes into the buffer itself: what is done for each of many messages is done with one visit.
    ///
    /// - Parameter write: gets room for `count` octets at least and says how many it has written.
    mutating func fill(_ count: Int, _ write: (UnsafeMutableRawBufferPointer) -> Int) {
        buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: count, write)
    }

    /// Writes a number's digits; says where they end.
    static func write(_ number: UInt64, at start: Int, of room: UnsafeMutableRawBufferPointer) -> Int {
        var count = 1
        var rest = number / 10
        while rest > 0 {
            count += 1
            rest /= 10
        }
        rest = number
        var place = start + count
        repeat {
            place -= 1
            room[place] = 0x30 + UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        } while rest > 0
        return start + count
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
