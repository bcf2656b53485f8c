/// A mailbox among those of all accounts.
public struct MailboxKey: Hashable, Sendable {
    /// Whose it is, whoever else may use it.
    public var account: AccountID
    /// Its number in that account.
    public var mailbox: MailboxID

    /// The mailbox of an account.
    public init(account: AccountID, mailbox: MailboxID) {
        self.account = account
        self.mailbox = mailbox
    }
}
