/// How much is kept.
public struct MailStoreLimits: Sendable {
    /// Expunged messages that a mailbox remembers, for clients that come back (RFC 7162 §3.2.10): the newest.
    public var expungedMax = 10_000
    /// Rows that one transaction of maintenance deletes, or moves to another table.
    public var deletedTogetherMax = 5000
    /// Identifiers of messages that came lately, from which on they are put to the others.
    public var recentThreadsMax = 20_000
    /// Messages that one transaction flags, moves or expunges. One of COPY takes `copiedTogetherMax`.
    public var changedTogetherMax = 2000
    /// Messages that one transaction copies.
    public var copiedTogetherMax = 10_000
    /// Keywords that a message may have.
    public var keywordsOfMessageMax = 200
    /// Keywords of a mailbox that `MailboxSnapshot` lists.
    public var keywordsListedMax = 1000
    /// Copies that came, changed or went since a moment, of which is told what became of them; whoever missed more reads
    /// everything again (RFC 8620 §5.2 `cannotCalculateChanges`).
    public var changesToldMax = 50_000
    /// Messages and conversations of the accounts that are counted in memory, together.
    public var countedMessagesMax = 2_000_000
    /// Octets of what is remembered of mailboxes: one for each message, eight for each gap between UIDs.
    public var cachedOctetsMax = 32 << 20

    /// A mailbox's name in UTF-8.
    public var mailboxNameOctetsMax = 1000
    /// Levels of a mailbox's name.
    public var mailboxLevelsMax = 50
    /// Mailboxes of one account.
    public var mailboxesMax = 20_000
    /// Names that one account is subscribed to.
    public var subscriptionsMax = 20_000
    /// Entries of one mailbox's access control list.
    public var accessEntriesMax = 1000
    /// Octets of an annotation's value (RFC 5464 §4.3: 1024 at least).
    public var annotationOctetsMax = 65_536
    /// Octets of an annotation's name (RFC 5464 §4.1 sets none).
    public var annotationNameOctetsMax = 1000
    /// Annotations that a mailbox or the server has of one account, or of all (RFC 5464 §4.3: 10 at least).
    public var annotationsMax = 100

    /// The values that suit a machine of any size.
    public init() {}
}
