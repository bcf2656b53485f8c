package import MailCore
package import MailStore
package import Storage

/// What is to become of messages that a command appends, as the transaction that files them decides.
package struct AppendPlan: Sendable {
    /// One for each message, in the order of the command.
    package var copies: [NewCopy]
    /// Of the account that they go to.
    package var quota: MailQuota
    /// The message in whose place they come (RFC 8508).
    package var replaces: (mailbox: MailboxKey, uid: UID)?
    /// The mailbox's, for who may know it.
    package var uidValidity: UIDValidity?

    /// Copies in mailboxes of one account.
    package init(
        copies: [NewCopy], quota: MailQuota = .none, replaces: (mailbox: MailboxKey, uid: UID)? = nil,
        uidValidity: UIDValidity? = nil
    ) {
        self.copies = copies
        self.uidValidity = uidValidity
        self.quota = quota
        self.replaces = replaces
    }
}

/// What came of it.
package struct AppendOutcome: Sendable {
    /// One for each message.
    package let copies: [FiledCopy]
    /// The message that went.
    package let replaced: ReplacedCopy?
    /// As the plan had it.
    package let uidValidity: UIDValidity?
}

/// The message that was to be replaced is gone.
package struct NothingToReplace: Error {
    /// Thrown within the transaction, which keeps nothing then.
    package init() {}
}
