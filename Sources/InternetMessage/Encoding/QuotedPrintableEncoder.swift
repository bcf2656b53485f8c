/// Quoted-printable of RFC 2045 §6.7, written in chunks.
///
/// The content is text with CRLF ends of lines, which stay; every other CR or LF is encoded. Lines have at most 76
/// octets. A line's `From ` and a lone `.` are encoded too, for gateways that would change them (RFC 2049 §3).
package struct QuotedPrintableEncoder: Sendable {
    /// The line so far, already encoded: its last octets can still change when it ends.
    private var line: [UInt8] = []
    /// A blank whose fate depends on the next octet.
    private var heldBlank: UInt8?
    private var heldReturn = false
    private let keepsLineEnds: Bool

    private static let lineLengthMax = 76

    /// `keepsLineEnds: false` is for binary content: CR and LF are encoded as well.
    package init(keepsLineEnds: Bool = true) {
        self.keepsLineEnds = keepsLineEnds
        line.reserveCapacity(Self.lineLengthMax)
    }

    package mutating func encode(_ chunk: Span<UInt8>, into output: inout [UInt8]) {
        for index in chunk.indices {
            encode(chunk[index], into: &output)
        }
    }

    /// Ends the content. A last line without CRLF gets none.
    package mutating func finish(into output: inout [UInt8]) {
        if heldReturn {
            heldReturn = false
            put(0x0D, .escaped, into: &output)
        }
        endLine(hard: false, into: &output)
    }

    private enum Form {
        case literal
        case escaped
    }

    private mutating func encode(_ octet: UInt8, into output: inout [UInt8]) {
        if heldReturn {
            heldReturn = false
            if octet == 0x0A { return endLine(hard: true, into: &output) }
            put(0x0D, .escaped, into: &output)
        }
        switch octet {
        case 0x0D where keepsLineEnds:
            heldReturn = true
        case 0x20, 0x09:
            writeBlank(.literal, into: &output)
            heldBlank = octet
        case UInt8(ascii: "="), 0...0x1F, 0x7F...0xFF:
            put(octet, .escaped, into: &output)
        default:
            put(octet, .literal, into: &output)
        }
    }

    private mutating func put(_ octet: UInt8, _ form: Form, into output: inout [UInt8]) {
        writeBlank(.literal, into: &output)
        write(octet, form, into: &output)
    }

    private mutating func writeBlank(_ form: Form, into output: inout [UInt8]) {
        guard let blank = heldBlank else { return }
        heldBlank = nil
        write(blank, form, into: &output)
    }

    private mutating func write(_ octet: UInt8, _ form: Form, into output: inout [UInt8]) {
        // One column is kept for the `=` of a soft line break.
        let width = form == .literal ? 1 : 3
        if line.count + width > Self.lineLengthMax - 1 {
            flushLine(into: &output)
            output.append(contentsOf: [UInt8(ascii: "="), 0x0D, 0x0A])
        }
        if form == .literal {
            line.append(octet)
        } else {
            line.append(UInt8(ascii: "="))
            line.append(.hexadecimalDigit(octet >> 4))
            line.append(.hexadecimalDigit(octet & 15))
        }
    }

    private mutating func endLine(hard: Bool, into output: inout [UInt8]) {
        writeBlank(.escaped, into: &output)
        flushLine(into: &output)
        if hard { output.append(contentsOf: [0x0D, 0x0A]) }
    }

    private mutating func flushLine(into output: inout [UInt8]) {
        if line.starts(with: Self.fromLine) || line == [UInt8(ascii: ".")] {
            // Only a first octet changes, and such a line is short enough or is cut by the soft break before it grew.
            let escape = [UInt8(ascii: "="), .hexadecimalDigit(line[0] >> 4), .hexadecimalDigit(line[0] & 15)]
            if line.count + 2 <= Self.lineLengthMax - 1 {
                line.replaceSubrange(0..<1, with: escape)
            } else {
                output.append(contentsOf: escape)
                output.append(contentsOf: [UInt8(ascii: "="), 0x0D, 0x0A])
                line.removeFirst()
            }
        }
        output.append(contentsOf: line)
        line.removeAll(keepingCapacity: true)
    }

    private static let fromLine = Array("From ".utf8)
}
