package import MailCore

/// A name to ask for. It may have any octets: SPF builds names from what a sender writes (RFC 7208 §7, RFC 2181 §11).
package struct DNSName: Hashable, Sendable {
    /// In the form of zone files, lower case, without the last dot: what is no letter, digit, `-` or `_` is escaped
    /// (RFC 1035 §5.1).
    package let text: String

    /// Reads labels with dots between them; a backslash is an octet like others.
    ///
    /// - Returns: nil when a label is empty or too long, or the whole is.
    package init?(_ name: some StringProtocol) {
        var octets = Array(name.utf8)
        if octets.last == UInt8(ascii: "."), octets.count > 1 { octets.removeLast() }
        var text: [UInt8] = []
        var wireLength = 1
        for label in octets.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false) {
            wireLength += label.count + 1
            guard (1...DNSLimits.labelOctetsMax).contains(label.count), wireLength <= DNSLimits.nameOctetsMax else {
                return nil
            }
            if !text.isEmpty { text.append(UInt8(ascii: ".")) }
            for octet in label { DNSName.append(octet, to: &text) }
        }
        self.text = String(decoding: text, as: UTF8.self)
    }

    /// - Returns: nil for an address literal, or when the name is too long for the DNS.
    package init?(_ domain: Domain) {
        guard !domain.isAddressLiteral else { return nil }
        self.init(domain.ascii)
    }

    /// Under which the name of an address stands: `1.2.0.192.in-addr.arpa` (RFC 1035 §3.5), nibbles under `ip6.arpa`
    /// (RFC 3596 §2.5).
    package init(reverseOf address: IPAddress) {
        switch address.family {
        case .v4:
            text = address.octets.reversed().map { "\($0)." }.joined() + "in-addr.arpa"
        case .v6:
            let nibbles = address.octets.reversed().flatMap { [$0 & 0xf, $0 >> 4] }
            text = nibbles.map { String($0, radix: 16) + "." }.joined() + "ip6.arpa"
        }
    }

    private static func append(_ octet: UInt8, to text: inout [UInt8]) {
        switch octet {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"):
            text.append(octet | 0x20)
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"),
            UInt8(ascii: "_"):
            text.append(octet)
        default:
            let digits = [octet / 100, octet / 10 % 10, octet % 10]
            text.append(UInt8(ascii: "\\"))
            text += digits.map { UInt8(ascii: "0") + $0 }
        }
    }
}

extension DNSName: CustomStringConvertible {
    /// The form of zone files.
    package var description: String { text }
}
