public import MailCore

/// A copy that is to be filed: what its number and clock are not known of yet.
public struct NewCopy: Sendable {
    /// Whose it is.
    public var account: AccountID
    /// Where it goes.
    public var mailbox: MailboxID
    /// Its flags.
    public var flags: SystemFlags
    /// Its other flags.
    public var keywords: [Keyword]
    /// INTERNALDATE in seconds since 1970, UTC.
    public var internalDate: Int64
    /// When it is filed, in seconds since 1970, UTC.
    public var saveDate: Int64
    /// Header lines of this copy alone, each ended by CRLF.
    public var prefix: [UInt8]

    /// A copy.
    public init(
        account: AccountID, mailbox: MailboxID, flags: SystemFlags = [], keywords: [Keyword] = [], internalDate: Int64,
        saveDate: Int64, prefix: [UInt8] = []
    ) {
        self.account = account
        self.mailbox = mailbox
        self.flags = flags
        self.keywords = keywords
        self.internalDate = internalDate
        self.saveDate = saveDate
        self.prefix = prefix
    }
}
