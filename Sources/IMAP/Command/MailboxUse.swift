/// A special use as the protocol knows them (RFC 6154 §2, RFC 8457 §2); the store has fewer.
package enum MailboxUse: Hashable, Sendable, CaseIterable {
    case all
    case archive
    case drafts
    case flagged
    case important
    case junk
    case sent
    case trash

    var name: StaticString {
        switch self {
        case .all: "\\All"
        case .archive: "\\Archive"
        case .drafts: "\\Drafts"
        case .flagged: "\\Flagged"
        case .important: "\\Important"
        case .junk: "\\Junk"
        case .sent: "\\Sent"
        case .trash: "\\Trash"
        }
    }
}
