internal import IMAP
internal import MailCore
internal import ServerRuntime

/// Mailboxes, subscriptions, rights, quotas, annotations.
extension IMAPSession {
    nonisolated(nonsending)
        func create(
            _ request: CreateRequest, _ tag: CommandTag, _ replies: ReplyWriter
        ) async -> IMAPCompletion
    {
        .no("Not yet")
    }

    nonisolated(nonsending)
        func delete(
            _ mailbox: MailboxName, _ tag: CommandTag, _ replies: ReplyWriter
        ) async -> IMAPCompletion
    {
        .no("Not yet")
    }

    nonisolated(nonsending)
        func rename(
            _ mailbox: MailboxName, to target: MailboxName, _ tag: CommandTag, _ replies: ReplyWriter
        ) async -> IMAPCompletion
    {
        .no("Not yet")
    }

    nonisolated(nonsending)
        func subscribe(
            _ mailbox: MailboxName, _ tag: CommandTag, _ replies: ReplyWriter
        ) async -> IMAPCompletion
    {
        .no("Not yet")
    }

    nonisolated(nonsending)
        func unsubscribe(
            _ mailbox: MailboxName, _ tag: CommandTag, _ replies: ReplyWriter
        ) async -> IMAPCompletion
    {
        .no("Not yet")
    }

    nonisolated(nonsending)
        func list(
            _ request: ListRequest, _ tag: CommandTag, _ replies: ReplyWriter
        ) async -> IMAPCompletion
    {
        .no("Not yet")
    }

    nonisolated(nonsending)
        func lsub(
            _ request: ListRequest, _ tag: CommandTag, _ replies: ReplyWriter
        ) async -> IMAPCompletion
    {
        .no("Not yet")
    }

    nonisolated(nonsending)
        func namespace(
            _ tag: CommandTag, _ replies: ReplyWriter
        ) async -> IMAPCompletion
    {
        .no("Not yet")
    }

    nonisolated(nonsending)
        func status(
            _ mailbox: MailboxName, _ items: [StatusItem], _ tag: CommandTag, _ replies: ReplyWriter
        ) async -> IMAPCompletion
    {
        .no("Not yet")
    }

    nonisolated(nonsending)
        func getACL(
            _ mailbox: MailboxName, _ tag: CommandTag, _ replies: ReplyWriter
        ) async -> IMAPCompletion
    {
        .no("Not yet")
    }

    nonisolated(nonsending)
        func setACL(
            _ mailbox: MailboxName, _ identifier: AccessIdentifier, _ change: AccessRightsChange, _ tag: CommandTag,
            _ replies: ReplyWriter
        ) async -> IMAPCompletion
    {
        .no("Not yet")
    }

    nonisolated(nonsending)
        func deleteACL(
            _ mailbox: MailboxName, _ identifier: AccessIdentifier, _ tag: CommandTag, _ replies: ReplyWriter
        ) async -> IMAPCompletion
    {
        .no("Not yet")
    }

    nonisolated(nonsending)
        func listRights(
            _ mailbox: MailboxName, _ identifier: AccessIdentifier, _ tag: CommandTag, _ replies: ReplyWriter
        ) async -> IMAPCompletion
    {
        .no("Not yet")
    }

    nonisolated(nonsending)
        func myRights(
            _ mailbox: MailboxName, _ tag: CommandTag, _ replies: ReplyWriter
        ) async -> IMAPCompletion
    {
        .no("Not yet")
    }

    nonisolated(nonsending)
        func getQuota(
            _ root: String, _ tag: CommandTag, _ replies: ReplyWriter
        ) async -> IMAPCompletion
    {
        .no("Not yet")
    }

    nonisolated(nonsending)
        func getQuotaRoot(
            _ mailbox: MailboxName, _ tag: CommandTag, _ replies: ReplyWriter
        ) async -> IMAPCompletion
    {
        .no("Not yet")
    }

    nonisolated(nonsending)
        func setQuota(
            _ root: String, _ limits: [QuotaLimit], _ tag: CommandTag, _ replies: ReplyWriter
        ) async -> IMAPCompletion
    {
        .no("Not yet")
    }

    nonisolated(nonsending)
        func getMetadata(
            _ request: GetMetadataRequest, _ tag: CommandTag, _ replies: ReplyWriter
        ) async -> IMAPCompletion
    {
        .no("Not yet")
    }

    nonisolated(nonsending)
        func setMetadata(
            _ request: SetMetadataRequest, _ tag: CommandTag, _ replies: ReplyWriter
        ) async -> IMAPCompletion
    {
        .no("Not yet")
    }
}
