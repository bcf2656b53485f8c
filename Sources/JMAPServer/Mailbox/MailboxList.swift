internal import JMAP
internal import JSON
internal import MailCore
internal import MailStore
internal import Storage

/// The mailboxes of an account as JMAP's tree of them (RFC 8621 §2): IMAP's names are paths, a Mailbox has its last level and its
/// parent.
struct MailboxList {
    /// One of them.
    struct Entry {
        let id: JMAPID
        let object: JSONObject
    }

    private let account: MailAccount
    private let mailboxes: [ArrangedMailbox]
    private let counts: [MailboxID: MailboxCounts]

    /// - Parameter properties: counts are made when one of them is asked for.
    init(
        _ account: MailAccount, _ properties: [MailboxProperty], _ mailStore: MailStore, _ transaction: SQLTransaction
    ) throws {
        self.account = account
        mailboxes = try MailStore.arranged(account.id, for: account.user, in: transaction)
        let areCounted = properties.contains { MailboxProperty.counts.contains($0) }
        counts = areCounted ? try mailStore.counts(of: account.id, in: transaction) : [:]
    }

    func objects(_ properties: [MailboxProperty]) -> [Entry] {
        let byName = Dictionary(uniqueKeysWithValues: mailboxes.map { ($0.ownName, $0.mailbox.key.mailbox) })
        return mailboxes.map { mailbox in
            let (parent, name) = Self.place(of: mailbox.ownName, byName)
            let id = account.id(of: mailbox.mailbox.key.mailbox)
            let counts = counts[mailbox.mailbox.key.mailbox] ?? MailboxCounts()
            var object = JSONObject()
            for property in properties {
                object[property.rawValue] =
                    switch property {
                    case .id: .string(id.text)
                    case .name: .string(name)
                    case .parentId: parent.map { .string(account.id(of: $0).text) } ?? .null
                    case .role: mailbox.mailbox.role.map { .string($0) } ?? .null
                    case .sortOrder: .integer(mailbox.sortOrder)
                    case .totalEmails: .integer(counts.totalEmails)
                    case .unreadEmails: .integer(counts.unreadEmails)
                    case .totalThreads: .integer(counts.totalThreads)
                    case .unreadThreads: .integer(counts.unreadThreads)
                    case .myRights: .object(mailbox.mailbox.jmapRights)
                    case .isSubscribed: .bool(mailbox.subscription == .subscribed)
                    }
            }
            return Entry(id: id, object: object)
        }
    }

    /// The nearest mailbox above, and the rest of the name: more than a level only where IMAP took the one between away, or where
    /// the user may not see it.
    static func place(of name: String, _ mailboxes: [String: MailboxID]) -> (parent: MailboxID?, name: String) {
        let levels = name.split(separator: "/", omittingEmptySubsequences: false)
        for count in (1..<max(levels.count, 1)).reversed() {
            if let parent = mailboxes[levels.prefix(count).joined(separator: "/")] {
                return (parent, levels.dropFirst(count).joined(separator: "/"))
            }
        }
        return (nil, name == "INBOX" ? "Inbox" : name)
    }
}

extension AccessibleMailbox {
    /// The role (RFC 8621 §2), of its owner's only: what is another's trash is none of this user's.
    var role: String? {
        if key.mailbox == .inbox { return "inbox" }
        return specialUse.map { String($0.rawValue.dropFirst()).lowercased() }
    }

    /// The MailboxRights object.
    fileprivate var jmapRights: JSONObject {
        let isInbox = key.mailbox == .inbox
        return [
            "mayReadItems": .bool(rights.isSuperset(of: [.lookup, .read])),
            "mayAddItems": .bool(rights.contains(.insert)),
            "mayRemoveItems": .bool(rights.isSuperset(of: [.deleteMessages, .expunge])),
            "maySetSeen": .bool(rights.contains(.seen)), "maySetKeywords": .bool(rights.contains(.write)),
            "mayCreateChild": .bool(rights.contains(.create)),
            "mayRename": .bool(!isInbox && rights.contains(.deleteMailbox)),
            "mayDelete": .bool(!isInbox && rights.contains(.deleteMailbox)),
            "maySubmit": .bool(rights.contains(.post)),
        ]
    }
}
