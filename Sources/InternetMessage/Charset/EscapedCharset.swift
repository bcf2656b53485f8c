/// Charsets that keep to seven bits by escapes, brought into the 8-bit form of the same characters.
///
/// iconv's own ISO-2022-JP refuses the rows that Japanese mail is full of (NEC's and IBM's characters, half-width
/// katakana), and it has no HZ. Their 8-bit forms it reads well.
enum EscapedCharset {
    private enum Shift {
        case ascii
        /// JIS X 0208, or GB 2312: two octets each.
        case double
        /// JIS X 0201 katakana.
        case katakana
        /// JIS X 0212: two octets each, marked by a third.
        case supplement
    }

    /// ISO-2022-JP (RFC 1468), -1 and the CP50221 variant as EUC-JP.
    static func eucJP(fromISO2022JP bytes: ArraySlice<UInt8>) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(bytes.count)
        var shift = Shift.ascii
        var index = bytes.startIndex
        while index < bytes.endIndex {
            let octet = bytes[index]
            if octet == 0x1B, let (next, length) = escape(bytes[index...].prefix(4)) {
                shift = next
                index += length
                continue
            }
            // A line starts in ASCII (RFC 1468 §2), whatever a cut line left behind.
            if octet == 0x0A { shift = .ascii }
            let following = index + 1 < bytes.endIndex ? bytes[index + 1] : 0
            let isPair = isGraphic(octet) && isGraphic(following)
            switch shift {
            case .katakana where isGraphic(octet):
                output.append(contentsOf: [0x8E, octet | 0x80])
            case .double where isPair:
                output.append(contentsOf: [octet | 0x80, following | 0x80])
                index += 1
            case .supplement where isPair:
                output.append(contentsOf: [0x8F, octet | 0x80, following | 0x80])
                index += 1
            default:
                output.append(octet)
            }
            index += 1
        }
        return output
    }

    /// HZ (RFC 1843) as EUC-CN, which GB 18030 contains.
    static func gbk(fromHZ bytes: ArraySlice<UInt8>) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(bytes.count)
        var shift = Shift.ascii
        var index = bytes.startIndex
        while index < bytes.endIndex {
            let octet = bytes[index]
            let following = index + 1 < bytes.endIndex ? bytes[index + 1] : 0
            index += 2
            switch (octet, following) {
            case (UInt8(ascii: "~"), UInt8(ascii: "{")): shift = .double
            case (UInt8(ascii: "~"), UInt8(ascii: "}")): shift = .ascii
            case (UInt8(ascii: "~"), UInt8(ascii: "~")) where shift == .ascii: output.append(octet)
            case (UInt8(ascii: "~"), 0x0A) where shift == .ascii: break
            case _ where shift == .double && isGraphic(octet) && isGraphic(following):
                output.append(contentsOf: [octet | 0x80, following | 0x80])
            default:
                if octet == 0x0A { shift = .ascii }
                output.append(octet)
                index -= 1
            }
        }
        return output
    }

    private static func isGraphic(_ octet: UInt8) -> Bool { octet > 0x20 && octet < 0x7F }

    private static func escape(_ bytes: ArraySlice<UInt8>) -> (Shift, length: Int)? {
        let sequence = Array(bytes)
        guard sequence.count >= 3 else { return nil }
        switch (sequence[1], sequence[2]) {
        case (0x28, 0x42), (0x28, 0x4A), (0x28, 0x48): return (.ascii, 3)
        case (0x28, 0x49): return (.katakana, 3)
        case (0x24, 0x40), (0x24, 0x42): return (.double, 3)
        case (0x24, 0x28) where sequence.count == 4 && sequence[3] == 0x44: return (.supplement, 4)
        case (0x24, 0x28) where sequence.count == 4 && sequence[3] == 0x42: return (.double, 4)
        default: return nil
        }
    }
}
