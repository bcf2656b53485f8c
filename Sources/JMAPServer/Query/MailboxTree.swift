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
        let subscription: MailboxPatch.Subscription
        /// What is compared of the name.
        let folded: [UInt8]
    }

    /// By name.
    let nodes: [Node]
    private let indices: [MailboxID: Int]

    init(of account: MailAccount, in transaction: SQLTransaction) throws {
        let mailboxes = try MailStore.arranged(account.id, for: account.user, in: transaction)
        let byName = Dictionary(uniqueKeysWithValues: mailboxes.map { ($0.ownName, $0.mailbox.key.mailbox) })
        nodes = mailboxes.map { mailbox in
            let (parent, name) = MailboxList.place(of: mailbox.ownName, byName)
            return Node(
                mailbox: mailbox.mailbox.key.mailbox, name: name, parent: parent, role: mailbox.mailbox.role,
                sortOrder: mailbox.sortOrder, subscription: mailbox.subscription, folded: UnicodeCasemap.fold(name))
        }
        indices = Dictionary(uniqueKeysWithValues: nodes.enumerated().map { ($1.mailbox, $0) })
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
