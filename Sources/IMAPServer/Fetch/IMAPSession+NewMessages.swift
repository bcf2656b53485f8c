internal import IMAP
internal import MailCore
internal import ServerRuntime

/// What NOTIFY and searches kept up to date tell of new messages (RFC 5465 §5.2, §7).
extension IMAPSession {
    /// FETCH responses that nobody asked for just now. They have the UID (RFC 9051 §7.5.2), and set no `\Seen`.
    nonisolated(nonsending)
        func tellNew(_ uids: UIDSet, _ attributes: [FetchAttribute], _ replies: ReplyWriter) async throws
    {
        guard let mailbox = selected, !uids.isEmpty else { return }
        let plan = FetchPlan(unasked: attributes, dialect: machine.dialect)
        let job = FetchJob(
            plan, uids, of: mailbox.key, in: mailbox.view, newlySeen: UIDSet(), context.mailStore, fetching.checked)
        var sending = FetchSending(job, replies)
        do {
            try await sending.run { tellKeywords($0.keywords.filter { !mailbox.keywords.contains($0) }, replies) }
        } catch let error as FetchSending.LiteralCutOff {
            fetching.literal = .cutOff
            throw error
        }
    }
}

extension FetchPlan {
    /// What is told of a message that the client did not just ask about.
    fileprivate init(unasked attributes: [FetchAttribute], dialect: IMAPDialect) {
        let uid: [FetchAttribute] = dialect.namesByUID || attributes.contains(.uid) ? [] : [.uid]
        self.init(uid + attributes, dialect: dialect)
    }
}
