package import MailCore

/// What STORE does with the flags of messages (RFC 9051 §6.4.6).
package struct FlagChange: Hashable, Sendable {
    /// How the named flags meet those that are there.
    package enum Kind: Hashable, Sendable {
        /// `FLAGS`
        case replace
        /// `+FLAGS`
        case add
        /// `-FLAGS`
        case remove
    }

    /// How the named flags meet those that are there.
    package var kind: Kind
    /// Those that IMAP defines.
    package var flags: SystemFlags
    /// The others.
    package var keywords: [Keyword]
    /// Which flags may be touched at all; the others stay as they are.
    package var scope: FlagScope

    /// A change of flags.
    package init(
        _ kind: Kind, _ flags: SystemFlags, keywords: [Keyword] = [], within scope: FlagScope = .all
    ) {
        self.kind = kind
        self.flags = flags
        self.keywords = keywords
        self.scope = scope
    }
}

/// Flags that somebody may set and clear (RFC 4314 §4: the rights `s`, `t` and `w`).
package struct FlagScope: Hashable, Sendable {
    /// Whether keywords are among them.
    package enum Keywords: Hashable, Sendable {
        case all
        case none
    }

    /// Those that IMAP defines.
    package var flags: SystemFlags
    /// The others.
    package var keywords: Keywords

    /// Some flags.
    package init(_ flags: SystemFlags, keywords: Keywords) {
        self.flags = flags
        self.keywords = keywords
    }

    /// Every flag.
    package static let all = FlagScope([.seen, .answered, .flagged, .deleted, .draft], keywords: .all)
}
