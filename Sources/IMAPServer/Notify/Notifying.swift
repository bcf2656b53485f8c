internal import IMAP
internal import MailCore
internal import MailStore
internal import Storage

/// What NOTIFY asked for (RFC 5465), and what is to be told of it.
struct Notifying {
    /// What is told of the selected mailbox, whatever that is.
    enum Selected {
        /// Nothing, but for what the client's own expunges come to.
        case nothing
        /// NOTIFY was not said: all, with commands and IDLE.
        case everything
        case told(NotifyEvents, newMessages: [FetchAttribute], Expunges)

        /// When expunges are told.
        enum Expunges {
            case atOnce
            /// Where a command or IDLE permits it.
            case delayed
        }
    }

    /// Groups about other mailboxes than the selected one.
    let groups: [NotifyGroup]
    /// As above.
    let selected: Selected
    /// Every mailbox that the user sees, with what is told of it.
    private(set) var watched: [MailboxKey: WatchedMailbox] = [:]
    /// What is told of names that the user subscribes to.
    private(set) var subscriptions: Set<String> = []
    /// Whose changes are heard of.
    private(set) var accounts: Set<AccountID>

    /// Mailboxes in which something has happened.
    private var happened: [MailboxKey: NotifyEvents] = [:]
    private var subscriptionsChanged: Set<String> = []
    private var annotationsChanged: [AnnotationChange] = []
    /// Whether names, rights or subscriptions may be others than those known.
    private var isStale = false
    private var isOverflowing = false

    /// An entry that has another value.
    struct AnnotationChange: Hashable {
        /// Nil for the server's.
        let mailbox: MailboxKey?
        let entry: String
    }

    /// What is to be told now.
    struct Notices {
        let happened: [MailboxKey: NotifyEvents]
        let subscriptions: Set<String>
        let annotations: [AnnotationChange]
        let isStale: Bool
        let isOverflowing: Bool

        var isEmpty: Bool {
            happened.isEmpty && subscriptions.isEmpty && annotations.isEmpty && !isStale && !isOverflowing
        }
    }

    private static let annotationsMax = 100

    /// Nothing is told.
    static func nothing(for account: AccountID) -> Notifying { Notifying([], for: account) }

    /// As the client asked.
    init(_ groups: [NotifyGroup], for account: AccountID) {
        var selected = Selected.nothing
        for group in groups where !group.events.isEmpty {
            switch group.filter {
            case .selected: selected = .told(group.events, newMessages: group.newMessageAttributes, .atOnce)
            case .selectedDelayed: selected = .told(group.events, newMessages: group.newMessageAttributes, .delayed)
            default: break
            }
        }
        self.selected = selected
        self.groups = groups.filter { $0.filter != .selected && $0.filter != .selectedDelayed }
        accounts = [account]
    }

    /// Whether something may be told without a command.
    var tellsAtOnce: Bool {
        if case .told = selected { return true }
        return groups.contains { !$0.events.isEmpty }
    }

    // MARK: Noting

    /// A change that was heard of.
    mutating func note(_ change: MailChange, selected: MailboxKey?) {
        guard !groups.isEmpty else { return }
        switch change {
        case .arrived(let key, _, _) where key != selected: happened[key, default: []].insert(.messageNew)
        case .expunged(let key, _, _) where key != selected: happened[key, default: []].insert(.messageExpunge)
        case .flags(let key, _, _) where key != selected: happened[key, default: []].insert(.flagChange)
        case .mailboxCreated, .mailboxDeleted, .mailboxRenamed, .access: isStale = true
        case .subscription(let account, let name) where accounts.contains(account):
            subscriptionsChanged.insert(name)
            isStale = true
        case .metadata(let key, _, let entry):
            let change = AnnotationChange(mailbox: key, entry: entry)
            if annotationsChanged.count >= Self.annotationsMax {
                isOverflowing = true
            } else if !annotationsChanged.contains(change) {
                annotationsChanged.append(change)
            }
        default: break
        }
    }

    /// More has happened than can be told of.
    mutating func overflow() {
        if !groups.isEmpty { isOverflowing = true }
    }

    /// What the client has done itself is not told it.
    mutating func forget(subscription name: String) {
        subscriptionsChanged.remove(name)
    }

    /// What is to be told, which then is told.
    mutating func takeNotices() -> Notices {
        defer {
            happened = [:]
            subscriptionsChanged = []
            annotationsChanged = []
            isStale = false
            isOverflowing = false
        }
        return Notices(
            happened: happened, subscriptions: subscriptionsChanged, annotations: annotationsChanged,
            isStale: isStale, isOverflowing: isOverflowing)
    }

    // MARK: Mailboxes

    /// The mailboxes and subscriptions as they are now.
    ///
    /// - Returns: the names that are others than before.
    mutating func watch(
        _ mailboxes: [AccessibleMailbox], subscribed: Set<String>, by account: AccountID
    ) -> [MailboxNameChange] {
        let before = watched
        subscriptions = subscribed
        watched = [:]
        accounts = [account]
        for mailbox in mailboxes {
            let events = events(for: mailbox)
            watched[mailbox.key] = WatchedMailbox(mailbox: mailbox, events: events)
            if !events.isEmpty { accounts.insert(mailbox.key.account) }
        }
        return MailboxNameChange.changes(from: before, to: watched)
    }

    /// What is told of a mailbox: of all groups that mean it together (RFC 5465 §6).
    private func events(for mailbox: AccessibleMailbox) -> NotifyEvents {
        var events: NotifyEvents = []
        for group in groups where group.filter.includes(mailbox, subscriptions) { events.formUnion(group.events) }
        // RFC 5465 §5: without the right to read nothing is told of its messages.
        if !mailbox.rights.contains(.read) { events.formIntersection([.mailboxName, .subscriptionChange]) }
        return events
    }

    /// What is told of a name that need not be a mailbox's.
    func events(forName name: String) -> NotifyEvents {
        var events: NotifyEvents = []
        for group in groups where group.filter.includes(name, .personal, subscriptions) {
            events.formUnion(group.events)
        }
        return events
    }
}

/// A mailbox that the user sees.
struct WatchedMailbox {
    let mailbox: AccessibleMailbox
    /// What is told of it.
    let events: NotifyEvents
}

/// A name that a mailbox has got or lost.
struct MailboxNameChange {
    /// The mailbox's name now, or the one that it had.
    let name: String
    /// The one before, where there was another.
    let oldName: String?
    /// The mailbox; nil where there is none of this name now.
    let mailbox: AccessibleMailbox?
    /// What is told of it.
    let events: NotifyEvents

    static func changes(
        from before: [MailboxKey: WatchedMailbox], to after: [MailboxKey: WatchedMailbox]
    ) -> [MailboxNameChange] {
        var changes: [MailboxNameChange] = []
        var renamed: [(from: String, to: String)] = []
        for (key, old) in before where after[key] == nil {
            changes.append(
                MailboxNameChange(name: old.mailbox.name, oldName: nil, mailbox: nil, events: old.events))
        }
        for (key, new) in after {
            guard let old = before[key] else {
                changes.append(
                    MailboxNameChange(name: new.mailbox.name, oldName: nil, mailbox: new.mailbox, events: new.events))
                continue
            }
            guard old.mailbox.name != new.mailbox.name else { continue }
            renamed.append((old.mailbox.name, new.mailbox.name))
            changes.append(
                MailboxNameChange(
                    name: new.mailbox.name, oldName: old.mailbox.name, mailbox: new.mailbox, events: new.events))
        }
        // RFC 5465 §5.4: children move with their parent, and are not told of.
        return
            changes.filter { change in
                guard let oldName = change.oldName else { return true }
                return !renamed.contains {
                    oldName.hasPrefix($0.from + "/") && change.name == $0.to + oldName.dropFirst($0.from.count)
                }
            }
            .sorted { $0.name < $1.name }
    }
}

extension MailboxFilter {
    /// Whether the mailbox is one of those that are meant.
    func includes(_ mailbox: AccessibleMailbox, _ subscriptions: Set<String>) -> Bool {
        if case .inboxes = self { return mailbox.namespace == .personal && mailbox.name == "INBOX" }
        return includes(mailbox.name, mailbox.namespace, subscriptions)
    }

    fileprivate func includes(
        _ name: String, _ namespace: MailboxNamespace, _ subscriptions: Set<String>
    ) -> Bool {
        switch self {
        case .selected, .selectedDelayed: false
        case .inboxes: name == "INBOX"
        case .personal: namespace == .personal
        case .subscribed: subscriptions.contains(name)
        case .mailboxes(let names): names.contains { $0.text == name }
        case .subtree(let names): names.contains { name == $0.text || name.hasPrefix($0.text + "/") }
        case .subtreeOne(let names):
            names.contains { parent in
                guard name != parent.text else { return true }
                guard name.hasPrefix(parent.text + "/") else { return false }
                return !name.dropFirst(parent.text.count + 1).contains("/")
            }
        }
    }
}
