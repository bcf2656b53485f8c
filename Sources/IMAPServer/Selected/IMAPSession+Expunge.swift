internal import IMAP
internal import MailCore
internal import MailStore
internal import ServerRuntime

/// EXPUNGE, UID EXPUNGE, CLOSE and UNSELECT (RFC 9051 §6.4.1 to §6.4.3, RFC 4315 §2.1).
extension IMAPSession {
    nonisolated(nonsending)
        func expunge(_ messages: SequenceSet?, _ tag: CommandTag, _ replies: ReplyWriter) async -> IMAPCompletion
    {
        guard let mailbox = selected else { return .bad("Select a mailbox first") }
        guard mailbox.rights.contains(.expunge) else {
            return .no("You may not expunge messages here", code: .noPermission)
        }
        do {
            let uids = try messages.map { try resolve($0, .uids, in: mailbox) }
            let choice: MailStore.ExpungeChoice = uids.map { .deletedAmong($0) } ?? .deleted
            let expunged = try await context.mailStore.expunge(choice, from: mailbox.key)
            return .ok(code: highestModSeqOfExpunge(expunged.modSeq))
        } catch {
            return completion(of: error, in: "expunging messages")
        }
    }

    /// What a client of QRESYNC is told with its expunge (RFC 7162 §3.2.7), unless others' changes before it are untold.
    func highestModSeqOfExpunge(_ modSeq: ModSeq?) -> ResponseCode? {
        guard let modSeq, machine.enabled.contains(.qresync) else { return nil }
        return .highestModSeq(modSeq)
    }

    nonisolated(nonsending)
        func close(_ tag: CommandTag) async -> IMAPCompletion
    {
        guard let mailbox = selected else { return .bad("Select a mailbox first") }
        if mailbox.access == .readWrite, mailbox.rights.contains(.expunge) {
            do {
                _ = try await context.mailStore.expunge(.deleted, from: mailbox.key)
            } catch MailStoreError.noSuchMailbox {
                // Deleted meanwhile: there is nothing to expunge.
            } catch {
                return completion(of: error, in: "expunging messages")
            }
        }
        await letGo()
        return .ok()
    }

    nonisolated(nonsending)
        func unselect() async -> IMAPCompletion
    {
        await letGo()
        return .ok()
    }
}
