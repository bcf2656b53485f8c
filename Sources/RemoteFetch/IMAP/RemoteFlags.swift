internal import IMAP
internal import MailCore

/// Flags as a server spells them, in our words.
struct RemoteFlags: Hashable, Sendable {
    /// Those that IMAP defines, without `\Recent`.
    var system: SystemFlags = []
    /// The others that a keyword can be, sorted.
    var keywords: [Keyword] = []

    private static let keywordsMax = 100

    init(_ flags: [String]) {
        for flag in flags {
            switch flag.lowercased() {
            case "\\seen": system.insert(.seen)
            case "\\answered": system.insert(.answered)
            case "\\flagged": system.insert(.flagged)
            case "\\deleted": system.insert(.deleted)
            case "\\draft": system.insert(.draft)
            default: if let keyword = Keyword(flag) { keywords.append(keyword) }
            }
        }
        keywords = Array(Set(keywords).sorted().prefix(Self.keywordsMax))
    }
}
