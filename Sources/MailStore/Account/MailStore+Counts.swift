package import MailCore
package import Storage

extension MailStore {
    /// What the mailboxes of an account hold, as JMAP counts it.
    ///
    /// The first time all rows of the account are read, about 60 ms for 100,000 messages; from then on what changed since. An
    /// account that is too large to be held has its copies counted instead, each as a conversation.
    package func counts(
        of account: AccountID, in transaction: SQLTransaction
    ) throws -> [MailboxID: MailboxCounts] {
        let usage = try Self.usage(account, in: transaction)
        guard usage.messages <= Int64(limits.countedMessagesMax / 2) else {
            return try Self.copyCounts(of: account, in: transaction)
        }
        let counting = countings[account]
        let counts = try counting.counts(account, in: transaction)
        countings.note(Int(clamping: usage.messages), account)
        return counts
    }

    private static func copyCounts(
        of account: AccountID, in transaction: SQLTransaction
    ) throws -> [MailboxID: MailboxCounts] {
        var all: [MailboxID: MailboxCounts] = [:]
        for mailbox in try mailboxes(account, in: transaction) {
            var counts = MailboxCounts()
            counts.totalEmails = mailbox.messages
            counts.totalThreads = mailbox.messages
            counts.unreadEmails = mailbox.unseen
            counts.unreadThreads = mailbox.unseen
            counts.changedAt = mailbox.highestModSeq
            all[mailbox.mailbox] = counts
        }
        return all
    }
}
