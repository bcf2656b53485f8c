/// The id of a record, an account or a blob (RFC 8620 §1.2): 1 to 255 octets of the URL-safe base64 alphabet.
package struct JMAPID: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// As it is written.
    package let text: String

    /// An id as a client writes it; nil when it cannot be one.
    package init?(_ text: some StringProtocol) {
        guard (1...255).contains(text.utf8.count), text.utf8.allSatisfy(Self.isSafe) else { return nil }
        self.text = String(text)
    }

    /// An id that we make.
    ///
    /// - Precondition: `text` can be one.
    package init(made text: String) {
        precondition(JMAPID(text) != nil, "no id")
        self.text = text
    }

    private static func isSafe(_ octet: UInt8) -> Bool {
        switch octet {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default: false
        }
    }

    package static func < (one: JMAPID, other: JMAPID) -> Bool { one.text < other.text }
    package var description: String { text }
}
