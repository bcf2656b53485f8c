internal import IMAP
internal import NIOCore
internal import ServerRuntime

/// APPEND and REPLACE.
extension IMAPSession {
    nonisolated(nonsending)
        func appendPart(_ part: AppendPart) async -> AppendPartAnswer
    {
        .refused(.no("Not yet"))
    }

    func messageOctets(_ octets: ByteBuffer) -> AppendDemand { .more }

    nonisolated(nonsending)
        func flushMessages() async
    {}

    func abandonMessages() { appending = nil }

    nonisolated(nonsending)
        func appendEnd(_ target: AppendTarget, _ tag: CommandTag, _ replies: ReplyWriter) async -> IMAPCompletion
    {
        .no("Not yet")
    }
}
