/// Quoted-printable of RFC 2045 §6.7, read as it comes: in chunks of any size.
///
/// Blanks at the end of a line are dropped (rule 3), also between the `=` of a soft line break and its CRLF. Digits of
/// either case count. An `=` that starts nothing stays as it is; one at the very end is a soft break. Ends of lines
/// stay as they came.
package struct QuotedPrintableDecoder: Sendable {
    private enum State: Sendable {
        case text
        /// After `=`.
        case escape
        /// After `=` and one digit.
        case digit(UInt8)
        /// After `=` and blanks, which are held.
        case softBlanks
        /// After the CR of a soft line break.
        case softReturn
    }

    private var state = State.text
    /// Blanks that are dropped if the line ends here and written if it goes on.
    private var blanks: [UInt8] = []

    /// More blanks than this in a row are no padding: an encoded line has at most 76 octets (RFC 2045 §6.7).
    private static let blanksMax = 1_000

    package init() {}

    /// Appends to `output` what `chunk` completes.
    package mutating func decode(_ chunk: Span<UInt8>, into output: inout [UInt8]) {
        output.reserveCapacityGeometrically(adding: chunk.count)
        chunk.withUnsafeBufferPointer { source in
            var index = 0
            while index < source.count {
                if case .text = state {
                    decodeText(source, &index, into: &output)
                } else if step(source[index], into: &output) {
                    index += 1
                }
            }
        }
    }

    /// Ends the data. Blanks still held end its last line and are dropped.
    package mutating func finish(into output: inout [UInt8]) {
        if case .digit(let digit) = state { output.append(contentsOf: [UInt8(ascii: "="), digit]) }
        state = .text
        blanks.removeAll()
    }

    /// A run of octets up to the next `=` or end of line.
    private mutating func decodeText(
        _ source: UnsafeBufferPointer<UInt8>, _ index: inout Int, into output: inout [UInt8]
    ) {
        let start = index
        var end = start
        while end < source.count {
            let octet = source[end]
            if octet == UInt8(ascii: "=") || octet == 0x0A || octet == 0x0D { break }
            end &+= 1
        }
        var kept = end
        if end == source.count || source[end] != UInt8(ascii: "=") {
            while kept > start, source[kept - 1].isBlank { kept -= 1 }
        }
        if kept > start || (end < source.count && source[end] == UInt8(ascii: "=")) { writeBlanks(into: &output) }
        output.append(contentsOf: source[start..<kept])
        blanks.append(contentsOf: source[kept..<end])
        if blanks.count > Self.blanksMax { writeBlanks(into: &output) }
        index = end
        guard end < source.count else { return }
        index += 1
        if source[end] == UInt8(ascii: "=") {
            state = .escape
        } else {
            blanks.removeAll(keepingCapacity: true)
            output.append(source[end])
        }
    }

    /// One octet after an `=`. False: the octet is to be looked at again, as text.
    private mutating func step(_ octet: UInt8, into output: inout [UInt8]) -> Bool {
        switch state {
        case .text:
            return false
        case .escape:
            return stepEscape(octet, into: &output)
        case .digit(let digit):
            state = .text
            if let high = digit.hexadecimalValue, let low = octet.hexadecimalValue {
                output.append(high << 4 | low)
                return true
            }
            output.append(contentsOf: [UInt8(ascii: "="), digit])
            return false
        case .softBlanks:
            return stepSoftBlanks(octet, into: &output)
        case .softReturn:
            state = .text
            return octet == 0x0A
        }
    }

    private mutating func stepEscape(_ octet: UInt8, into output: inout [UInt8]) -> Bool {
        if octet.hexadecimalValue != nil {
            state = .digit(octet)
            return true
        }
        switch octet {
        case 0x0D:
            state = .softReturn
            return true
        case 0x0A:
            state = .text
            return true
        case 0x20, 0x09:
            blanks.append(octet)
            state = .softBlanks
            return true
        default:
            state = .text
            output.append(UInt8(ascii: "="))
            return false
        }
    }

    private mutating func stepSoftBlanks(_ octet: UInt8, into output: inout [UInt8]) -> Bool {
        if octet.isBlank, blanks.count < Self.blanksMax {
            blanks.append(octet)
            return true
        }
        if octet == 0x0D || octet == 0x0A {
            blanks.removeAll(keepingCapacity: true)
            state = octet == 0x0D ? .softReturn : .text
            return true
        }
        output.append(UInt8(ascii: "="))
        writeBlanks(into: &output)
        state = .text
        return false
    }

    private mutating func writeBlanks(into output: inout [UInt8]) {
        guard !blanks.isEmpty else { return }
        output.append(contentsOf: blanks)
        blanks.removeAll(keepingCapacity: true)
    }
}

extension Array where Element == UInt8 {
    /// Room for `count` more octets. Grows at least by half, so that many small additions stay linear.
    mutating func reserveCapacityGeometrically(adding count: Int) {
        let needed = self.count + count
        guard needed > capacity else { return }
        reserveCapacity(Swift.max(needed, capacity + capacity / 2))
    }
}
