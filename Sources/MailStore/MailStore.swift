public import MailCore
public import Storage

/// Mailboxes and their messages: what IMAP, POP3, JMAP and delivery read and change.
///
/// Functions that take a transaction are pieces of a larger one, put together by their caller; the asynchronous ones are
/// transactions of their own.
public struct MailStore: Sendable {
    package let store: Store
    package let limits: MailStoreLimits
    let cache: MailboxCache
    let countings: AccountCountingCache

    /// The mailboxes in a store that was opened with `MailStore.schema`.
    public init(store: Store, limits: MailStoreLimits = MailStoreLimits()) {
        self.store = store
        self.limits = limits
        cache = MailboxCache(octetsMax: limits.cachedOctetsMax)
        countings = AccountCountingCache(emailsMax: limits.countedMessagesMax)
    }
}

extension MailboxID {
    /// Every account's first mailbox, where its mail arrives (RFC 9051 §5.1).
    public static let inbox = MailboxID(rawValue: 1)
}
