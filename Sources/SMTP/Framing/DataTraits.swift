/// What was noticed about a message while it came in by DATA.
package struct DataTraits: Hashable, Sendable {
    /// Oddities, each of which some software downstream reads in its own way.
    package struct Oddities: OptionSet, Hashable, Sendable {
        package let rawValue: UInt8
        package init(rawValue: UInt8) { self.rawValue = rawValue }
        /// LF without CR before it (forbidden by RFC 5321 §2.3.8).
        package static let bareLF = Oddities(rawValue: 1)
        /// CR without LF after it (forbidden by RFC 5321 §2.3.8).
        package static let bareCR = Oddities(rawValue: 2)
        /// An octet 0 (obsolete since RFC 5322 §4).
        package static let nul = Oddities(rawValue: 4)
        /// An octet above 127.
        package static let eightBit = Oddities(rawValue: 8)
    }

    /// What was seen anywhere in the message.
    package var oddities: Oddities = []
    /// Octets of the longest line, without its CRLF and without a dot that was stuffed; 998 is what RFC 5321
    /// §4.5.3.1.6 lets one rely on, and real mail has more, so nothing is refused for it.
    package var lineOctetsMax = 0

    package init() {}
}
