internal import Directory
internal import IMAP
internal import MailCore
internal import MailStore
internal import ServerRuntime
internal import Storage

/// COPY and MOVE (RFC 9051 §6.4.7, §6.4.8, RFC 4315, RFC 6851).
extension IMAPSession {
    nonisolated(nonsending)
        func copy(_ request: CopyRequest, _ tag: CommandTag, _ replies: ReplyWriter) async -> IMAPCompletion
    {
        do {
            let (mailbox, uids, target) = try await prepare(request)
            guard !uids.isEmpty else { return .ok() }
            let copied = try await context.mailStore.copy(
                uids, from: mailbox.key, to: target.key, keeping: target.rights.flagScope,
                quota: try await quota(of: target.key.account), savedAt: context.now())
            return .ok(code: copied.code)
        } catch {
            return completion(of: error, in: "copying messages")
        }
    }

    nonisolated(nonsending)
        func move(_ request: CopyRequest, _ tag: CommandTag, _ replies: ReplyWriter) async -> IMAPCompletion
    {
        do {
            let (mailbox, uids, target) = try await prepare(request)
            // RFC 6851 §4.4: what STORE of \Deleted and EXPUNGE need.
            guard mailbox.rights.isSuperset(of: [.deleteMessages, .expunge]) else {
                return .no("You may not take messages away from here", code: .noPermission)
            }
            guard !uids.isEmpty else { return .ok() }
            let moved = try await context.mailStore.move(
                uids, from: mailbox.key, to: target.key, keeping: target.rights.flagScope,
                quota: try await quota(of: target.key.account), savedAt: context.now())
            // Before the expunges, which the client can then match (RFC 6851 §4.3).
            if let code = moved.code { respond(replies) { $0.untagged(.ok, code: code, "Moved") } }
            return .ok(code: highestModSeqOfExpunge(moved.expungedAt))
        } catch {
            return completion(of: error, in: "moving messages")
        }
    }

    /// How much an account may hold.
    nonisolated(nonsending)
        private func quota(of account: AccountID) async throws -> MailQuota
    {
        let octets = try await context.store.read { try Directory.quotaBytes(of: account, in: $0) }
        return octets > 0 ? MailQuota(octetsMax: octets) : .none
    }

    nonisolated(nonsending)
        private func prepare(
            _ request: CopyRequest
        ) async throws -> (source: SelectedMailbox, uids: UIDSet, target: AccessibleMailbox)
    {
        guard let mailbox = selected, let account else { throw IMAPCompletion.bad("Select a mailbox first") }
        let uids = try resolve(request.messages, request.numbering, in: mailbox)
        guard let target = try await context.mailStore.resolve(request.destination.text, for: account.id) else {
            throw IMAPCompletion.no("There is no such mailbox", code: .tryCreate)
        }
        if let refusal = target.refusal(of: .insert) { throw completion(of: refusal) }
        return (mailbox, uids, target)
    }
}

extension CopyOutcome {
    /// COPYUID; nil where nothing was copied.
    fileprivate var code: ResponseCode? {
        to.isEmpty ? nil : .copyUID(uidValidity, from: from, to: to)
    }
}
