internal import InternetMessage

/// Text in the form in which it is compared: `i;unicode-casemap` (RFC 5051), and white space, however much of whatever
/// kind, as one space, so that what was wrapped into lines is found (RFC 9051 §6.4.4 allows flexible matching).
enum FoldedText {
    static let space: UInt8 = 0x20

    /// What is compared of a text.
    static func fold(_ text: String) -> [UInt8] {
        var folded: [UInt8] = []
        append(text, to: &folded)
        return folded
    }

    /// Appends what is compared of a text.
    static func append(_ text: String, to folded: inout [UInt8]) {
        folded.reserveCapacity(folded.count + text.utf8.count + 8)
        let start = folded.count
        var text = text
        text.withUTF8 { octets in
            var position = 0
            while position < octets.count {
                let octet = octets[position]
                if octet < 0x80 {
                    position += 1
                    if octet <= space || octet == 0x7F {
                        if folded.count == start || folded[folded.count - 1] != space { folded.append(space) }
                    } else {
                        folded.append(octet &- 0x61 < 26 ? octet & 0xDF : octet)
                    }
                } else {
                    let (scalar, count) = Self.scalar(in: octets, at: position)
                    position += count
                    appendSpecial(scalar, from: start, to: &folded)
                }
            }
        }
    }

    private static func appendSpecial(_ scalar: Unicode.Scalar, from start: Int, to folded: inout [UInt8]) {
        let before = folded.count
        UnicodeCasemap.append(scalar, to: &folded)
        // A no-break space, an ideographic one.
        if before > start, folded.count > before, folded[before] == space, folded[before - 1] == space {
            folded.remove(at: before)
        }
    }

    /// The character that begins at a position of valid UTF-8.
    @inline(__always)
    static func scalar(in octets: UnsafeBufferPointer<UInt8>, at position: Int) -> (Unicode.Scalar, count: Int) {
        let lead = octets[position]
        let count = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4
        var value = count == 1 ? UInt32(lead) : UInt32(lead & (0xFF >> UInt8(count + 1)))
        for offset in 1..<max(count, 1) where position + offset < octets.count {
            value = value << 6 | UInt32(octets[position + offset] & 0x3F)
        }
        return (Unicode.Scalar(value) ?? "\u{FFFD}", count)
    }
}
