/// How much is kept.
public struct MailStoreLimits: Sendable {
    /// Expunged messages that a mailbox remembers, for clients that come back (RFC 7162 §3.2.10): the newest.
    public var expungedMax = 10_000
    /// Rows that one transaction of maintenance deletes, or moves to another table.
    public var deletedTogetherMax = 5000
    /// Identifiers of messages that came lately, from which on they are put to the others.
    public var recentThreadsMax = 20_000

    /// The values that suit a machine of any size.
    public init() {}
}
