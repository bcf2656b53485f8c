package import MailCore

/// A folder of an account.
package struct MailFolder: Sendable, Hashable {
    /// What it is for.
    package enum Use: Sendable, Hashable {
        case inbox
        case special(SpecialUse)
        case none
    }

    /// As on the wire.
    package var wireName: [UInt8]
    /// With `/` between its levels.
    package var name: String
    package var use: Use
    /// Whether it can be opened.
    package var isSelectable: Bool
    /// How many messages it has; nil where nobody said.
    package var messages: Int?
    /// How many of them are unread.
    package var unread: Int?

    /// `archive` and the like, for scripts.
    package var useName: String? {
        switch use {
        case .inbox: "inbox"
        case .special(let use): use.defaultName.lowercased()
        case .none: nil
        }
    }

    /// What a name says where the server tells no uses (RFC 6154 is young): names that clients have made for long.
    static func guessedUse(_ name: String) -> SpecialUse? {
        let last = name.split(separator: "/").last?.lowercased() ?? ""
        switch last {
        case "drafts", "draft", "entwürfe", "borradores": return .drafts
        case "sent", "sent items", "sent mail", "sent messages", "gesendet", "enviados": return .sent
        case "junk", "spam", "junk e-mail", "bulk mail": return .junk
        case "trash", "deleted items", "deleted messages", "bin", "papierkorb", "papelera": return .trash
        case "archive", "archives", "archiv", "archivo": return .archive
        default: return nil
        }
    }

    /// INBOX first, then what has a use in the order that people know, then by name.
    static func sorted(_ folders: [MailFolder]) -> [MailFolder] {
        let order: [SpecialUse] = [.drafts, .sent, .archive, .junk, .trash]
        func rank(_ folder: MailFolder) -> Int {
            switch folder.use {
            case .inbox: 0
            case .special(let use): 1 + (order.firstIndex(of: use) ?? 0)
            case .none: 100
            }
        }
        return folders.sorted { (rank($0), $0.name.lowercased()) < (rank($1), $1.name.lowercased()) }
    }
}
