/// The size that announces a literal at the end of a line (RFC 9051 §4.3, RFC 7888 §4): `{310}`, `{310+}`, `~{310}`.
package struct LiteralHeader: Hashable, Sendable {
    /// Whether the client waits for our consent before it sends the octets.
    package enum Synchronization: Hashable, Sendable {
        case waits
        /// `+`
        case sendsAtOnce
    }

    /// Announced; what no UInt64 holds is its largest.
    package let octets: UInt64
    /// Whether the client waits.
    package let synchronization: Synchronization

    /// More octets than the longest one that is recognized: 20 digits and what is around them.
    static let octetsMax = 24

    /// The one with which a line ends, if it ends with one. Only its last octets are looked at.
    package init?(endOf line: some BidirectionalCollection<UInt8>) {
        var rest = line.suffix(LiteralHeader.octetsMax)
        guard rest.popLast() == UInt8(ascii: "}") else { return nil }
        if rest.last == UInt8(ascii: "+") {
            rest.removeLast()
            synchronization = .sendsAtOnce
        } else {
            synchronization = .waits
        }
        let digits = Array(rest.reversed().prefix { $0.isDigit }.reversed())
        guard !digits.isEmpty, rest.dropLast(digits.count).last == UInt8(ascii: "{") else { return nil }
        var value: UInt64 = 0
        for digit in digits {
            let (product, overflowed) = value.multipliedReportingOverflow(by: 10)
            let (sum, carried) = product.addingReportingOverflow(UInt64(digit - 0x30))
            value = overflowed || carried ? .max : sum
        }
        octets = value
    }
}
