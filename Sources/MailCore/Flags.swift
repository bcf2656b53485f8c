/// The flags that IMAP defines (RFC 9051 §2.3.2), in one octet.
public struct SystemFlags: OptionSet, Hashable, Sendable {
    /// The bits, as the store keeps them.
    public let rawValue: UInt8
    /// From bits.
    public init(rawValue: UInt8) { self.rawValue = rawValue }
    /// `\Seen`: read.
    public static let seen = SystemFlags(rawValue: 1)
    /// `\Answered`.
    public static let answered = SystemFlags(rawValue: 2)
    /// `\Flagged`: the star.
    public static let flagged = SystemFlags(rawValue: 4)
    /// `\Deleted`: to go with the next expunge.
    public static let deleted = SystemFlags(rawValue: 8)
    /// `\Draft`.
    public static let draft = SystemFlags(rawValue: 16)
}

/// A flag that people or programs invent, such as `$Forwarded` (RFC 9051 §2.3.2, RFC 5788).
public struct Keyword: Hashable, Sendable, Comparable {
    /// The atom as first written; compared without case.
    public let text: String

    /// An atom of at most 100 octets that does not begin with a backslash.
    public init?(_ text: some StringProtocol) {
        guard (1...100).contains(text.utf8.count), text.utf8.first != UInt8(ascii: "\\") else { return nil }
        let specials = Array("(){%*\"\\]".utf8)
        guard text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f && !specials.contains($0) }) else { return nil }
        self.text = String(text)
    }

    /// Without case (RFC 9051 §2.3.2).
    public static func == (left: Keyword, right: Keyword) -> Bool { left.text.lowercased() == right.text.lowercased() }
    /// Without case.
    public func hash(into hasher: inout Hasher) { hasher.combine(text.lowercased()) }
    /// Without case.
    public static func < (left: Keyword, right: Keyword) -> Bool { left.text.lowercased() < right.text.lowercased() }
}

/// What a mailbox is for (RFC 6154 §2).
public enum SpecialUse: String, CaseIterable, Sendable {
    /// Drafts.
    case drafts = "\\Drafts"
    /// Sent mail.
    case sent = "\\Sent"
    /// What was judged to be spam.
    case junk = "\\Junk"
    /// What waits to be thrown away.
    case trash = "\\Trash"
    /// What is kept and done with.
    case archive = "\\Archive"

    /// The name that a new account's mailbox gets.
    public var defaultName: String { String(rawValue.dropFirst()) }
}
