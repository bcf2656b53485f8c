internal import IMAP
internal import MailCore
internal import ServerRuntime

/// What NOTIFY and searches kept up to date tell of new messages (RFC 5465 §5.2, §7).
extension IMAPSession {
    nonisolated(nonsending)
        func tellNew(_ uids: UIDSet, _ attributes: [FetchAttribute], _ replies: ReplyWriter) async throws
    {}
}
