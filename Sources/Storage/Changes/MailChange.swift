package import MailCore

/// Something that is different in the store, as it is told to whoever listens: durable, and seen by who reads then.
package enum MailChange: Hashable, Sendable {
    /// Messages came into a mailbox: delivered, appended, copied or moved.
    case arrived(MailboxKey, UIDSet, ModSeq)
    /// Flags or keywords of messages are others.
    case flags(MailboxKey, UIDSet, ModSeq)
    /// Messages are gone.
    case expunged(MailboxKey, UIDSet, ModSeq)
    /// A mailbox was made.
    case mailboxCreated(MailboxKey, name: String)
    /// A mailbox is gone with all its messages, which are not told of one by one.
    case mailboxDeleted(MailboxKey, name: String)
    /// A mailbox has another name.
    case mailboxRenamed(MailboxKey, from: String, to: String)
    /// A mailbox stands elsewhere among those of its account, by JMAP's sortOrder.
    case mailboxArranged(MailboxKey)
    /// An account has begun or ceased to subscribe to a name, as this account writes it.
    case subscription(AccountID, name: String)
    /// Who may do what with a mailbox is different.
    case access(MailboxKey)
    /// An entry of a mailbox's metadata, or of the account's where there is no mailbox, is different (RFC 5464).
    case metadata(MailboxKey?, AccountID, entry: String)

    /// Whose listeners are told: the mailbox's owner, or the account itself.
    package var account: AccountID {
        switch self {
        case .arrived(let key, _, _), .flags(let key, _, _), .expunged(let key, _, _), .mailboxCreated(let key, _),
            .mailboxDeleted(let key, _), .mailboxRenamed(let key, _, _), .mailboxArranged(let key),
            .access(let key):
            key.account
        case .subscription(let account, _), .metadata(_, let account, _): account
        }
    }
}
