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
        case .uidsUsedUp: "the mailbox has no number left for another message"
        case .overQuota: "the account would hold more than its quota"
        case .tooManyKeywords: "the message would have too many keywords"
        }
    }
}
