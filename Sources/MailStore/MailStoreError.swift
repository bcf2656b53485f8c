public import MailCore

/// Why a mailbox or message cannot be had as asked.
public enum MailStoreError: Error, Sendable, Equatable, CustomStringConvertible {
    /// No such account in the store.
    case noSuchAccount
    /// No such mailbox in the account.
    case noSuchMailbox(String)
    /// The name is taken.
    case mailboxExists(String)
    /// The name cannot be a mailbox's.
    case badMailboxName(String)
    /// The name belongs to another namespace.
    case reservedMailboxName(String)
    /// The account may see the mailbox, and may not do this.
    case notPermitted(String)
    /// INBOX stays (RFC 9051 §6.3.5).
    case inboxStays
    /// A mailbox cannot go below itself, nor to another account.
    case cannotRename(String, to: String)
    /// An account has this many mailboxes at most.
    case tooManyMailboxes(Int)
    /// An account is subscribed to this many names at most.
    case tooManySubscriptions(Int)
    /// Another mailbox of the account is for that already (RFC 8621 §2: one at most).
    case specialUseTaken(SpecialUse, by: String)
    /// No mailbox is for that.
    case noSuchSpecialUse
    /// The owner of a mailbox has all rights, always.
    case ownerKeepsRights
    /// A mailbox's list has this many entries at most.
    case tooManyAccessEntries(Int)
    /// An annotation has this many octets at most.
    case annotationTooLong(Int)
    /// There are this many annotations at most.
    case tooManyAnnotations(Int)
    /// All 2³²−1 numbers of the mailbox are used (RFC 9051 §2.3.1.1).
    case uidsUsedUp
    /// The account may not hold as much (RFC 9208 §4.4 OVERQUOTA).
    case overQuota
    /// A message would have more keywords than it may (`MailStoreLimits.keywordsOfMessageMax`).
    case tooManyKeywords

    /// For people.
    public var description: String {
        switch self {
        case .noSuchAccount: "no such account in the store"
        case .noSuchMailbox(let name): "there is no mailbox \(name)"
        case .mailboxExists(let name): "there is a mailbox \(name) already"
        case .badMailboxName(let name): "\(name.debugDescription) cannot be the name of a mailbox"
        case .reservedMailboxName(let name):
            "\(name.debugDescription) is among the names of mailboxes that others share"
        case .notPermitted(let name): "what was asked of the mailbox \(name) is not permitted"
        case .inboxStays: "INBOX cannot be deleted"
        case .cannotRename(let name, let other): "the mailbox \(name) cannot become \(other)"
        case .tooManyMailboxes(let most): "an account has \(most) mailboxes at most"
        case .tooManySubscriptions(let most): "an account is subscribed to \(most) mailboxes at most"
        case .specialUseTaken(let use, let name): "the mailbox \(name) is \(use.rawValue) already"
        case .noSuchSpecialUse: "no mailbox can be for that"
        case .ownerKeepsRights: "a mailbox's owner has all rights, always"
        case .tooManyAccessEntries(let most): "a mailbox is shared with \(most) at most"
        case .annotationTooLong(let most): "an annotation has \(most) octets at most"
        case .tooManyAnnotations(let most): "there are \(most) annotations at most"
        case .uidsUsedUp: "the mailbox has no number left for another message"
        case .overQuota: "the account would hold more than its quota"
        case .tooManyKeywords: "the message would have too many keywords"
        }
    }
}
