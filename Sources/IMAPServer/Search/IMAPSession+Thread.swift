internal import IMAP
internal import MailCore
internal import MailSearch
internal import ServerRuntime
internal import Storage

/// THREAD (RFC 5256).
extension IMAPSession {
    nonisolated(nonsending)
        func thread(_ request: ThreadRequest, _ tag: CommandTag, _ replies: ReplyWriter) async -> IMAPCompletion
    {
        guard let mailbox = selected else { return .bad("No mailbox is selected") }
        do {
            let found = try await context.search.find(
                filter(request.key, mailbox), in: mailbox.key, among: searchable(mailbox),
                progress: progress(tag, replies))
            let messages = try await context.search.collect(found.uids, in: mailbox.key) { ThreadableMessage($0) }
            let (dialect, view) = (machine.dialect, mailbox.view)
            let octets = try await context.store.work {
                let number = { SearchResult.number(of: $0, request.numbering, view) }
                let forest =
                    switch request.algorithm {
                    case .references: ReferencesThreader.threads(messages, number: number)
                    case .orderedSubject: OrderedSubjectThreader.threads(messages, number: number)
                    }
                var writer = IMAPResponseWriter(dialect: dialect)
                writer.thread(forest)
                return writer.take()
            }
            try await write(octets, replies)
            return .ok()
        } catch {
            return completion(of: error, in: "threading")
        }
    }
}
