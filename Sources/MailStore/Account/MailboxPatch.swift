package import MailCore

/// A mailbox as a client of JMAP describes it (RFC 8621 §2): what is nil stays, or is the default of a new one.
package struct MailboxPatch: Hashable, Sendable {
    /// Where a mailbox stands.
    package enum Parent: Hashable, Sendable {
        case top
        case below(MailboxID)
    }

    /// What it is for.
    package enum Role: Hashable, Sendable {
        case none
        case use(SpecialUse)
    }

    /// Whether its user wants to see it.
    package enum Subscription: Hashable, Sendable {
        case subscribed
        case unsubscribed
    }

    /// The last level of its name.
    package var name: String?
    package var parent: Parent?
    package var role: Role?
    package var sortOrder: Int64?
    package var subscription: Subscription?

    /// Nothing is different.
    package init() {}
}

/// Why a mailbox cannot be destroyed (RFC 8621 §2.5).
package enum MailboxOccupied: Error, Hashable, Sendable {
    /// There are mailboxes below it.
    case hasChildren
    /// There are messages in it.
    case hasMessages
}

/// A mailbox with what JMAP says of it beside its counts.
package struct ArrangedMailbox: Hashable, Sendable {
    package let mailbox: AccessibleMailbox
    /// The name that its account gives it, without a namespace's prefix.
    package let ownName: String
    package let sortOrder: Int64
    package let subscription: MailboxPatch.Subscription
}
