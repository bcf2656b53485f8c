internal import InternetMessage
internal import JMAP
internal import MailCore
internal import MailStore
internal import Storage

/// The mailboxes of an account as queries see them (RFC 8621 §2).
struct MailboxTree: Sendable {
    /// One of them.
    struct Node: Sendable {
        let mailbox: MailboxID
        /// The last level of its name.
        let name: String
        /// Nil at the top, and where nothing is above it.
        let parent: MailboxID?
        let role: String?
        let sortOrder: Int64
        let subscription: Subscription
        /// What is compared of the name.
        let folded: [UInt8]
    }

    enum Subscription: Sendable {
        case subscribed
        case unsubscribed
    }

    /// In the order of their making.
    let nodes: [Node]
    private let indices: [MailboxID: Int]

    init(of account: AccountID, in transaction: SQLTransaction) throws {
        let mailboxes = try MailStore.mailboxes(account, in: transaction)
        let subscriptions = Set(try MailStore.subscriptions(of: account, in: transaction))
        let orders = try MailStore.sortOrders(of: account, in: transaction)
        let byName = Dictionary(mailboxes.map { ($0.name, $0.mailbox) }, uniquingKeysWith: { first, _ in first })
        nodes = mailboxes.map { mailbox in
            let end = mailbox.name.utf8.lastIndex(of: UInt8(ascii: "/"))
            let name = end.map { String(mailbox.name.utf8[mailbox.name.utf8.index(after: $0)...]) ?? mailbox.name }
            let parent = end.flatMap { String(mailbox.name.utf8[..<$0]) }.flatMap { byName[$0] }
            return Node(
                mailbox: mailbox.mailbox, name: name ?? mailbox.name, parent: parent, role: Self.role(mailbox),
                sortOrder: orders[mailbox.mailbox] ?? 0,
                subscription: subscriptions.contains(mailbox.name) ? .subscribed : .unsubscribed,
                folded: UnicodeCasemap.fold(name ?? mailbox.name))
        }
        indices = Dictionary(uniqueKeysWithValues: nodes.enumerated().map { ($1.mailbox, $0) })
    }

    private static func role(_ mailbox: MailStore.MailboxSummary) -> String? {
        if mailbox.mailbox == .inbox { return "inbox" }
        return mailbox.specialUse.map { String($0.rawValue.dropFirst()).lowercased() }
    }

    /// The one above a mailbox.
    func parent(of node: Node) -> Node? { node.parent.flatMap { indices[$0] }.map { nodes[$0] } }

    /// Those above a mailbox, the nearest first.
    func ancestors(of node: Node) -> [Node] {
        var ancestors: [Node] = []
        var current = parent(of: node)
        while let above = current, ancestors.count < nodes.count {
            ancestors.append(above)
            current = parent(of: above)
        }
        return ancestors
    }
}
