/// A mailbox among those of all accounts.
public struct MailboxKey: Hashable, Sendable {
    /// Whose it is.
    public var account: AccountID
    /// Which of its owner's.
    public var mailbox: MailboxID

    /// As above.
    public init(account: AccountID, mailbox: MailboxID) {
        self.account = account
        self.mailbox = mailbox
    }
}
