internal import IMAP
internal import MailCore
internal import MailStore
internal import ServerRuntime
internal import Storage

/// FETCH and UID FETCH (RFC 9051 §6.4.5).
extension IMAPSession {
    nonisolated(nonsending)
        func fetch(_ request: FetchRequest, _ tag: CommandTag, _ replies: ReplyWriter) async -> IMAPCompletion
    {
        guard let mailbox = selected else { return .bad("Select a mailbox first") }
        do {
            let choice = try FetchChoice(request, in: mailbox, limit: fetchLimit)
            return .ok("\(choice.uids.count)")
        } catch {
            return completion(of: error, in: "reading messages")
        }
    }
}
