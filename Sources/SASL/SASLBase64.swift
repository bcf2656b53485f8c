/// Base64 as SASL profiles carry it on a line (RFC 4648 §4; RFC 5034 §4): one canonical spelling, nothing else.
package enum SASLBase64 {
    private static let alphabet: [UInt8] = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    private static let padding = UInt8(ascii: "=")

    /// The octets' only spelling.
    package static func encode(_ octets: [UInt8]) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity((octets.count + 2) / 3 * 4)
        var start = 0
        while start < octets.count {
            let length = min(3, octets.count - start)
            var group: UInt32 = 0
            for offset in 0..<3 {
                group = group << 8 | (offset < length ? UInt32(octets[start + offset]) : 0)
            }
            for position in 0..<4 {
                let sextet = Int(group >> UInt32(18 - 6 * position)) & 0x3F
                text.append(position <= length ? alphabet[sextet] : padding)
            }
            start += 3
        }
        return text
    }

    /// The octets, or nil for anything but the canonical spelling: no white space, padding where it is due and
    /// nowhere else, unused bits zero (RFC 4648 §3.5).
    package static func decode(_ text: some Collection<UInt8>) -> [UInt8]? {
        guard text.count % 4 == 0 else { return nil }
        var octets: [UInt8] = []
        octets.reserveCapacity(text.count / 4 * 3)
        var group: UInt32 = 0
        var filled = 0
        var paddings = 0
        for character in text {
            if character == padding {
                paddings += 1
                guard paddings <= 2, filled >= 2 else { return nil }
                group <<= 6
            } else {
                guard paddings == 0, let sextet = value(of: character) else { return nil }
                group = group << 6 | sextet
            }
            filled += 1
            if filled == 4 {
                guard append(group, paddings: paddings, to: &octets) else { return nil }
                if paddings > 0 { filled = 5 } else { (group, filled) = (0, 0) }
            } else if filled > 5 {
                return nil
            }
        }
        return octets
    }

    private static func append(_ group: UInt32, paddings: Int, to octets: inout [UInt8]) -> Bool {
        let unused = paddings == 2 ? group & 0xFFFF : paddings == 1 ? group & 0xFF : 0
        guard unused == 0 else { return false }
        octets.append(UInt8(truncatingIfNeeded: group >> 16))
        if paddings < 2 { octets.append(UInt8(truncatingIfNeeded: group >> 8)) }
        if paddings < 1 { octets.append(UInt8(truncatingIfNeeded: group)) }
        return true
    }

    private static func value(of character: UInt8) -> UInt32? {
        switch character {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(character - UInt8(ascii: "A"))
        case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(character - UInt8(ascii: "a")) + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(character - UInt8(ascii: "0")) + 52
        case UInt8(ascii: "+"): 62
        case UInt8(ascii: "/"): 63
        default: nil
        }
    }
}
