package import MailCore

/// A list of flags without the one that nobody can set, `\Recent` (RFC 9051 §9 `flag-list`).
package struct FlagList: Hashable, Sendable {
    /// Those that IMAP defines.
    package var system: SystemFlags
    /// The others, each once, in the order of their first mention.
    package var keywords: [Keyword]

    /// As named.
    package init(_ system: SystemFlags = [], keywords: [Keyword] = []) {
        self.system = system
        self.keywords = keywords
    }
}

extension SystemFlags {
    /// The flags' names in the order in which they are written.
    static let names: [(flag: SystemFlags, name: StaticString)] = [
        (.answered, "\\Answered"), (.flagged, "\\Flagged"), (.deleted, "\\Deleted"), (.seen, "\\Seen"),
        (.draft, "\\Draft"),
    ]
}
