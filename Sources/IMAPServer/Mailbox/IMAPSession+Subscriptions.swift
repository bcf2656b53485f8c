internal import Directory
internal import IMAP
internal import MailStore
internal import ServerRuntime

/// SUBSCRIBE and UNSUBSCRIBE (RFC 9051 §6.3.7, §6.3.8): of names, whether there are such mailboxes or not.
extension IMAPSession {
    nonisolated(nonsending)
        func subscribe(_ mailbox: MailboxName, _ tag: CommandTag, _ replies: ReplyWriter) async -> IMAPCompletion
    {
        guard let account else { return .notLoggedIn }
        do {
            try await context.mailStore.subscribe(account.id, to: mailbox.text)
            return .ok()
        } catch {
            return completion(of: error, in: "subscribing")
        }
    }

    nonisolated(nonsending)
        func unsubscribe(_ mailbox: MailboxName, _ tag: CommandTag, _ replies: ReplyWriter) async -> IMAPCompletion
    {
        guard let account else { return .notLoggedIn }
        do {
            try await context.mailStore.unsubscribe(account.id, from: mailbox.text)
            return .ok()
        } catch {
            return completion(of: error, in: "unsubscribing")
        }
    }

    /// NAMESPACE (RFC 9051 §6.3.10).
    nonisolated(nonsending)
        func namespace(_ tag: CommandTag, _ replies: ReplyWriter) async -> IMAPCompletion
    {
        respond(replies) {
            $0.namespace(
                Namespaces(
                    personal: [MailboxNamespace.personal.prefix], others: [MailboxNamespace.users.prefix],
                    shared: [MailboxNamespace.shared.prefix]))
        }
        return .ok()
    }
}
