internal import IMAP
internal import ServerRuntime

/// FETCH.
extension IMAPSession {
    nonisolated(nonsending)
        func fetch(_ request: FetchRequest, _ tag: CommandTag, _ replies: ReplyWriter) async -> IMAPCompletion
    {
        .no("Not yet")
    }
}
