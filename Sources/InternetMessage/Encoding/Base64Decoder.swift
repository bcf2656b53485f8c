/// Base64 of RFC 2045 §6.8, read as it comes: in chunks of any size.
///
/// Octets outside the alphabet are skipped, padding may be missing, and data may go on after padding, as when two
/// encoded files were put one behind the other. A last lone digit says less than an octet and is dropped.
package struct Base64Decoder: Sendable {
    private var bits: UInt32 = 0
    private var digitCount = 0

    package init() {}

    /// Appends to `output` what `chunk` completes.
    package mutating func decode(_ chunk: Span<UInt8>, into output: inout [UInt8]) {
        chunk.withUnsafeBufferPointer { source in
            let start = output.count
            output.append(contentsOf: repeatElement(0, count: (source.count + digitCount) / 4 * 3 + 3))
            let written = output.withUnsafeMutableBufferPointer { target in
                Self.values.withUnsafeBufferPointer { values in
                    decode(source, UnsafeMutableBufferPointer(rebasing: target[start...]), values)
                }
            }
            output.removeLast(output.count - start - written)
        }
    }

    /// Appends what is still held, padding or not, and is ready for other data.
    package mutating func finish(into output: inout [UInt8]) {
        if digitCount >= 2 { output.append(UInt8(truncatingIfNeeded: bits >> (digitCount == 2 ? 4 : 10))) }
        if digitCount == 3 { output.append(UInt8(truncatingIfNeeded: bits >> 2)) }
        bits = 0
        digitCount = 0
    }

    private mutating func decode(
        _ source: UnsafeBufferPointer<UInt8>, _ target: UnsafeMutableBufferPointer<UInt8>,
        _ values: UnsafeBufferPointer<UInt8>
    ) -> Int {
        var read = 0
        var written = 0
        while read < source.count {
            if digitCount == 0 {
                Self.decodeQuanta(source, &read, target, &written, values)
                if read >= source.count { break }
            }
            let value = values[Int(source[read])]
            let octet = source[read]
            read += 1
            if value < 64 {
                bits = bits << 6 | UInt32(value)
                digitCount += 1
                if digitCount == 4 {
                    target[written] = UInt8(truncatingIfNeeded: bits >> 16)
                    target[written + 1] = UInt8(truncatingIfNeeded: bits >> 8)
                    target[written + 2] = UInt8(truncatingIfNeeded: bits)
                    written += 3
                    bits = 0
                    digitCount = 0
                }
            } else if octet == UInt8(ascii: "="), digitCount >= 2 {
                target[written] = UInt8(truncatingIfNeeded: bits >> (digitCount == 2 ? 4 : 10))
                written += 1
                if digitCount == 3 {
                    target[written] = UInt8(truncatingIfNeeded: bits >> 2)
                    written += 1
                }
                bits = 0
                digitCount = 0
            }
        }
        return written
    }

    /// Whole groups of four digits, as long as nothing else comes between.
    private static func decodeQuanta(
        _ source: UnsafeBufferPointer<UInt8>, _ read: inout Int, _ target: UnsafeMutableBufferPointer<UInt8>,
        _ written: inout Int, _ values: UnsafeBufferPointer<UInt8>
    ) {
        while read &+ 4 <= source.count {
            let first = values[Int(source[read])]
            let second = values[Int(source[read &+ 1])]
            let third = values[Int(source[read &+ 2])]
            let fourth = values[Int(source[read &+ 3])]
            // Every value that is no digit has a bit above the lower six.
            guard (first | second | third | fourth) < 64 else { return }
            target[written] = first << 2 | second >> 4
            target[written &+ 1] = second << 4 | third >> 2
            target[written &+ 2] = third << 6 | fourth
            read &+= 4
            written &+= 3
        }
    }

    /// The digit that each octet is, or 255.
    private static let values: [UInt8] = {
        var values = [UInt8](repeating: 255, count: 256)
        for (value, octet) in Base64Encoder.alphabet.enumerated() { values[Int(octet)] = UInt8(value) }
        return values
    }()
}
