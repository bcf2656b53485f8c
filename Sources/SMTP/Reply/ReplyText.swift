/// Makes any text fit for a reply: `textstring = 1*(%d09 / %d32-126)` (RFC 5321 §4.2).
enum ReplyText {
    /// Control characters become spaces; other characters beyond ASCII their number.
    static func sanitized(_ text: String) -> [UInt8] {
        var octets: [UInt8] = []
        octets.reserveCapacity(text.utf8.count)
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0x20...0x7e:
                octets.append(UInt8(truncatingIfNeeded: scalar.value))
            case 0..<0x20, 0x7f:
                octets.append(0x20)
            default:
                octets.append(contentsOf: "\\x{\(String(scalar.value, radix: 16, uppercase: true))}".utf8)
            }
        }
        return octets
    }
}
