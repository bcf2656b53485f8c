/// What an octet is in the grammars of RFC 5234 and RFC 5322.
extension UInt8 {
    /// `A`–`Z` as `a`–`z`, every other octet as it is.
    var asciiLowercased: UInt8 { self &- 0x41 < 26 ? self | 0x20 : self }

    /// A blank: space or tab (RFC 5234 WSP).
    var isBlank: Bool { self == 0x20 || self == 0x09 }

    /// A blank or an end of line: what folding may be made of.
    var isFoldingSpace: Bool { self == 0x20 || self == 0x09 || self == 0x0D || self == 0x0A }

    /// A control: C0 or DEL.
    var isControl: Bool { self < 0x20 || self == 0x7F }

    var isASCIIDigit: Bool { self &- 0x30 < 10 }

    var isASCIILetter: Bool { (self | 0x20) &- 0x61 < 26 }

    /// The value of a hexadecimal digit of either case.
    var hexadecimalValue: UInt8? {
        switch self {
        case 0x30...0x39: self &- 0x30
        case 0x41...0x46: self &- 0x37
        case 0x61...0x66: self &- 0x57
        default: nil
        }
    }

    /// The digit, upper case, of a value below 16.
    static func hexadecimalDigit(_ value: UInt8) -> UInt8 {
        value < 10 ? 0x30 &+ value : 0x37 &+ (value & 15)
    }

    /// `token` of RFC 2045 §5.1: printable ASCII, no space, no tspecials.
    var isTokenOctet: Bool {
        switch self {
        case 0x21, 0x23...0x27, 0x2A, 0x2B, 0x2D, 0x2E, 0x30...0x39, 0x41...0x5A, 0x5E...0x7E: true
        default: false
        }
    }

    /// `atext` of RFC 5322 §3.2.3.
    var isAtomOctet: Bool {
        switch self {
        case 0x21, 0x23...0x27, 0x2A, 0x2B, 0x2D, 0x2F, 0x30...0x39, 0x3D, 0x3F, 0x41...0x5A, 0x5E...0x7E: true
        default: false
        }
    }
}
