/// Octets within a parameter's value (RFC 3461 §4).
enum Xtext {
    /// ```
    /// xtext = *( xchar / hexchar )
    /// hexchar = "+" 2(%x30-39 / %x41-46)
    /// ```
    ///
    /// - Returns: the octets meant; nil for a `+` without two digits. Small hexadecimal letters are taken as well.
    static func decode(_ octets: ArraySlice<UInt8>) -> [UInt8]? {
        var result: [UInt8] = []
        result.reserveCapacity(octets.count)
        var index = octets.startIndex
        while index < octets.endIndex {
            if octets[index] == 0x2b {
                guard octets.endIndex - index >= 3, let high = digit(octets[index + 1]),
                    let low = digit(octets[index + 2])
                else { return nil }
                result.append(high << 4 | low)
                index += 3
            } else {
                result.append(octets[index])
                index += 1
            }
        }
        return result
    }

    /// Text of printable characters; nil for control characters, with which a report's header could be forged.
    static func decodePrintable(_ octets: ArraySlice<UInt8>) -> String? {
        guard let decoded = decode(octets), decoded.allSatisfy({ $0 >= 0x20 && $0 != 0x7f }) else { return nil }
        return String(validating: decoded, as: UTF8.self)
    }

    /// ```
    /// utf-8-addr-xtext = 1*(QCHAR / EmbeddedUnicodeChar)
    /// EmbeddedUnicodeChar = "\x" "{" HEXPOINT "}"
    /// ```
    /// (RFC 6533 §3)
    ///
    /// - Returns: nil for a broken `\x{…}` and for control characters.
    static func decodeUnicodeAddress(_ octets: ArraySlice<UInt8>) -> String? {
        guard let text = decodePrintable(octets) else { return nil }
        var result = String.UnicodeScalarView()
        var rest = text.unicodeScalars[...]
        while let scalar = rest.popFirst() {
            guard scalar == "\\" else {
                result.append(scalar)
                continue
            }
            guard rest.popFirst() == "x", rest.popFirst() == "{", let end = rest.firstIndex(of: "}") else { return nil }
            let digits = String(rest[..<end])
            guard (2...6).contains(digits.utf8.count), digits.utf8.allSatisfy({ digit($0) != nil }),
                let value = UInt32(digits, radix: 16),
                let embedded = Unicode.Scalar(value), value >= 0x20, value != 0x7f
            else { return nil }
            result.append(embedded)
            rest = rest[rest.index(after: end)...]
        }
        return String(result)
    }

    /// The inverse of `decode`: octets outside of `!` to `~`, and `+` and `=`, as `+` and two digits.
    static func encode(_ text: String) -> String {
        var octets: [UInt8] = []
        for octet in text.utf8 {
            switch octet {
            case 0x2b, 0x3d, 0..<0x21, 0x7f...0xff:
                octets += [0x2b, hexadecimal(octet >> 4), hexadecimal(octet & 0x0f)]
            default: octets.append(octet)
            }
        }
        return String(decoding: octets, as: UTF8.self)
    }

    /// `utf-8-addr-xtext` (RFC 6533 §3), which every server with DSN can be given.
    static func encodeUnicodeAddress(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "+", "=", "\\": result += "\\x{\(String(scalar.value, radix: 16, uppercase: true))}"
            case "!"..."~": result.unicodeScalars.append(scalar)
            default:
                let digits = String(scalar.value, radix: 16, uppercase: true)
                result += "\\x{\(digits.utf8.count < 2 ? "0" : "")\(digits)}"
            }
        }
        return result
    }

    private static func hexadecimal(_ nibble: UInt8) -> UInt8 { nibble < 10 ? 0x30 + nibble : 0x37 + nibble }

    private static func digit(_ octet: UInt8) -> UInt8? {
        switch octet {
        case 0x30...0x39: octet - 0x30
        case 0x41...0x46: octet - 0x37
        case 0x61...0x66: octet - 0x57
        default: nil
        }
    }
}
