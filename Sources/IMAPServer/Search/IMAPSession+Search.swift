internal import IMAP
internal import ServerRuntime

/// SEARCH, SORT, THREAD, ESEARCH.
extension IMAPSession {
    nonisolated(nonsending)
        func search(_ request: SearchRequest, _ tag: CommandTag, _ replies: ReplyWriter) async -> IMAPCompletion
    {
        .no("Not yet")
    }

    nonisolated(nonsending)
        func sort(_ request: SortRequest, _ tag: CommandTag, _ replies: ReplyWriter) async -> IMAPCompletion
    {
        .no("Not yet")
    }

    nonisolated(nonsending)
        func thread(_ request: ThreadRequest, _ tag: CommandTag, _ replies: ReplyWriter) async -> IMAPCompletion
    {
        .no("Not yet")
    }

    nonisolated(nonsending)
        func multiSearch(
            _ request: MultiSearchRequest, _ tag: CommandTag, _ replies: ReplyWriter
        ) async -> IMAPCompletion
    {
        .no("Not yet")
    }

    nonisolated(nonsending)
        func cancelUpdate(_ tags: [String], _ tag: CommandTag, _ replies: ReplyWriter) async -> IMAPCompletion
    {
        .no("Not yet")
    }
}
