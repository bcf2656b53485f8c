internal import IMAP
internal import MailStore

/// All names that LIST can tell an account: of mailboxes, of subscriptions, and of the levels above them.
struct MailboxNames {
    /// A name, and what there is of it.
    struct Entry {
        let name: MailboxName
        /// Nil for a name that is but subscribed to, or above others.
        let mailbox: AccessibleMailbox?
        let isSubscribed: Bool
    }

    /// Mailboxes and subscriptions, in the order of their octets within each namespace.
    let entries: [Entry]
    /// Names of mailboxes.
    let existing: Set<String>
    /// Names above mailboxes: who has children.
    let parents: Set<String>
    /// Names subscribed to.
    let subscribed: Set<String>

    init(_ mailboxes: [AccessibleMailbox], subscriptions: [String]) {
        subscribed = Set(subscriptions)
        var known: Set<String> = []
        var parents: Set<String> = []
        var entries: [Entry] = []
        entries.reserveCapacity(mailboxes.count)
        for mailbox in mailboxes {
            guard let name = MailboxName(mailbox.name) else { continue }
            known.insert(mailbox.name)
            for parent in Self.parents(of: mailbox.name) {
                guard parents.insert(parent).inserted else { break }
            }
            entries.append(Entry(name: name, mailbox: mailbox, isSubscribed: subscribed.contains(mailbox.name)))
        }
        for text in subscriptions where !known.contains(text) {
            guard let name = MailboxName(text) else { continue }
            entries.append(Entry(name: name, mailbox: nil, isSubscribed: true))
        }
        self.entries = entries
        self.parents = parents
        existing = known
    }

    /// Octets of all names.
    var octetCount: Int { entries.reduce(0) { $0 + $1.name.text.utf8.count } }

    /// The names above a name, the nearest first.
    static func parents(of name: String) -> some Sequence<String> {
        sequence(first: Substring(name)) { below in
            below.utf8.lastIndex(of: MailboxName.separator).map { below[..<$0] }
        }
        .dropFirst().lazy.map(String.init)
    }
}
