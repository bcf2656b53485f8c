internal import CIDN2
internal import Glibc

/// The domain of a mail address: a domain name or an address literal (RFC 5321 §4.1.2, §4.1.3).
///
/// Held in its comparable form: lower-case A-labels (`xn--…`) without a final dot, or the literal with its brackets.
/// Two domains are the same if and only if they are equal as values.
public struct Domain: Hashable, Sendable, Comparable {
    /// Lower-case A-labels, or `[192.0.2.1]` / `[IPv6:2001:db8::1]`; at most 255 octets.
    public let ascii: String

    /// The longest domain in octets (RFC 5321 §4.5.3.1.2).
    public static let octetsMax = 255

    private init(ascii: String) {
        self.ascii = ascii
    }

    /// Reads a domain name or an address literal; U-labels become A-labels (RFC 5891 §4.4).
    ///
    /// - Returns: nil when the text is neither a host name nor a literal of RFC 5321.
    public init?(_ text: some StringProtocol) {
        let octets = Array(text.utf8)
        guard !octets.isEmpty, octets.count <= 4 * Domain.octetsMax else { return nil }
        if octets.first == UInt8(ascii: "[") {
            guard let literal = AddressLiteral(String(text)) else { return nil }
            self.init(ascii: literal.text)
            return
        }
        if octets.allSatisfy({ $0 < 0x80 }) {
            guard let name = Domain.hostName(octets) else { return nil }
            self.init(ascii: name)
        } else {
            guard let name = Domain.aLabels(String(text)), let checked = Domain.hostName(Array(name.utf8)) else {
                return nil
            }
            self.init(ascii: checked)
        }
    }

    /// Whether this is an address literal such as `[192.0.2.1]`, not a name.
    public var isAddressLiteral: Bool { ascii.utf8.first == UInt8(ascii: "[") }

    /// The domain for people: U-labels where the A-labels stand for any.
    public var unicode: String {
        guard ascii.utf8.contains(UInt8(ascii: "x")), ascii.contains("xn--") else { return ascii }
        var output: UnsafeMutablePointer<CChar>?
        guard idn2_to_unicode_8z8z(ascii, &output, 0) == IDN2_OK.rawValue, let output else { return ascii }
        defer { idn2_free(output) }
        return String(cString: output)
    }

    /// Labels separated by single dots, of letters, digits, hyphens and (seen in real mail) underscores;
    /// each of 1 to 63 octets, not beginning or ending with a hyphen (RFC 5321 §4.1.2, RFC 1123 §2.1).
    private static func hostName(_ octets: [UInt8]) -> String? {
        var octets = octets
        if octets.last == UInt8(ascii: "."), octets.count > 1 { octets.removeLast() }
        guard octets.count <= octetsMax else { return nil }
        var labelLength = 0
        var previous = UInt8(ascii: ".")
        for index in octets.indices {
            switch octets[index] {
            case UInt8(ascii: "."):
                guard labelLength > 0, previous != UInt8(ascii: "-") else { return nil }
                labelLength = 0
                previous = UInt8(ascii: ".")
                continue
            case UInt8(ascii: "A")...UInt8(ascii: "Z"):
                octets[index] |= 0x20
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
                break
            case UInt8(ascii: "-"):
                guard labelLength > 0 else { return nil }
            default:
                return nil
            }
            labelLength += 1
            guard labelLength <= 63 else { return nil }
            previous = octets[index]
        }
        guard labelLength > 0, previous != UInt8(ascii: "-") else { return nil }
        return String(decoding: octets, as: UTF8.self)
    }

    /// IDNA 2008 with the mappings of UTS #46, non-transitional, as registries use it.
    private static func aLabels(_ name: String) -> String? {
        var output: UnsafeMutablePointer<CChar>?
        let flags = CInt(IDN2_NFC_INPUT.rawValue) | CInt(IDN2_NONTRANSITIONAL.rawValue)
        guard idn2_to_ascii_8z(name, &output, flags) == IDN2_OK.rawValue, let output else { return nil }
        defer { idn2_free(output) }
        return String(cString: output)
    }

    /// Orders by the comparable form.
    public static func < (left: Domain, right: Domain) -> Bool { left.ascii < right.ascii }
}

extension Domain: CustomStringConvertible {
    /// The comparable form.
    public var description: String { ascii }
}
