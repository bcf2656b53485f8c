internal import Directory
internal import IMAP
internal import MailCore
internal import MailStore
internal import ServerRuntime

/// SELECT and EXAMINE (RFC 9051 §6.3.2, §6.3.3).
extension IMAPSession {
    nonisolated(nonsending)
        func select(_ request: SelectRequest, _ tag: CommandTag, _ replies: ReplyWriter) async -> IMAPCompletion
    {
        // The old one is closed, whatever comes of the new one; the machine has told it.
        await letGo()
        guard let account else { return .no("Log in first") }
        do {
            guard let found = try await context.mailStore.resolve(request.mailbox.text, for: account.id) else {
                return .no("There is no such mailbox", code: .nonExistent)
            }
            if let refusal = found.refusal(of: .read) { return completion(of: refusal) }
            let access = access(to: found, asked: request.access)
            // Before the snapshot: whatever happens after it is heard of.
            listen(to: found.key)
            let snapshot = try await context.mailStore.open(found.key, access == .readWrite ? .claims : .looks)
            let mailbox = makeSelected(found, snapshot, request.mailbox, access)
            selected = mailbox
            tell(mailbox, snapshot, found, replies)
            if let known = request.resynchronization, known.uidValidity == snapshot.uidValidity {
                try await resynchronize(mailbox, known, snapshot, replies)
            }
            return .ok(code: access == .readOnly ? .readOnly : .readWrite)
        } catch {
            closeSelected()
            return completion(of: error, in: "opening a mailbox")
        }
    }

    /// Leaves the mailbox that is open. What its client was told of is not recent to those who open it later.
    nonisolated(nonsending)
        func letGo() async
    {
        guard let mailbox = selected else { return }
        closeSelected()
        guard mailbox.access == .readWrite else { return }
        do {
            let (key, uidNext) = (mailbox.key, mailbox.view.lastUID.map { $0.rawValue &+ 1 } ?? 1)
            try await context.mailStore.claimRecent(key, below: uidNext)
            context.recentClaims.forget(key, below: uidNext)
        } catch {
            // The claim in memory holds on.
            _ = completion(of: error, in: "closing a mailbox")
        }
    }

    /// No mailbox is open.
    func closeSelected() {
        selected = nil
        fetching = FetchState()
        searching = SearchState()
        ownChanges = []
        fate = .stays
        hasAccessChanged = false
        listenToWhatIsAsked()
    }

    /// RFC 4314 §5.2: reading alone where no right to change anything was given.
    private func access(to mailbox: AccessibleMailbox, asked: MailboxAccess) -> MailboxAccess {
        let changing: AccessRights = [.insert, .expunge, .write, .seen, .deleteMessages]
        return mailbox.rights.isDisjoint(with: changing) ? .readOnly : asked
    }

    private func makeSelected(
        _ found: AccessibleMailbox, _ snapshot: MailboxSnapshot, _ name: MailboxName, _ access: MailboxAccess
    ) -> SelectedMailbox {
        let claims = context.recentClaims
        let recent =
            access == .readWrite
            ? claims.claim(snapshot.recent, in: found.key) : claims.unclaimed(snapshot.recent, in: found.key)
        // A mailbox opened for writing leaves it to the store to know.
        if access == .readWrite { claims.forget(found.key, below: snapshot.uidNext) }
        return SelectedMailbox(
            key: found.key, name: MailboxName(found.name) ?? name, rights: found.rights,
            uidValidity: snapshot.uidValidity, access: access,
            view: IMAPSequenceView(uids: snapshot.uids, recent: recent, limits: context.limits),
            uidNext: snapshot.uidNext, notedModSeq: snapshot.highestModSeq, earliestUntoldExpunge: nil,
            keywords: snapshot.keywords.compactMap { Keyword($0) })
    }

    /// Everything that a client has to know of the mailbox.
    private func tell(
        _ mailbox: SelectedMailbox, _ snapshot: MailboxSnapshot, _ found: AccessibleMailbox, _ replies: ReplyWriter
    ) {
        let dialect = machine.dialect
        respond(replies) { writer in
            write(flagsOf: mailbox, &writer)
            writer.exists(mailbox.view.count)
            writer.recent(UInt32(clamping: mailbox.view.recentCount))
            if dialect.tellsRecent, !dialect.namesByUID, let unseen = snapshot.firstUnseen,
                let number = mailbox.view.sequenceNumber(of: unseen)
            {
                writer.untagged(.ok, code: .unseen(number), "First unseen message")
            }
            writer.untagged(.ok, code: .uidValidity(snapshot.uidValidity), "UIDs are valid")
            writer.untagged(.ok, code: .uidNext(snapshot.uidNext), "Predicted next UID")
            writer.untagged(.ok, code: .highestModSeq(snapshot.highestModSeq), "Highest modification sequence")
            writer.untagged(.ok, code: .mailboxID(found.objectID), "The mailbox's identifier")
            // RFC 9051 §6.3.2: clients of IMAP4rev2 are told the name in its normal form.
            if machine.enabled.contains(.imap4rev2) {
                writer.list(ListedMailbox(name: mailbox.name, uses: found.use.map { [$0] } ?? []))
            }
        }
    }

    /// FLAGS and PERMANENTFLAGS.
    func write(flagsOf mailbox: SelectedMailbox, _ writer: inout IMAPResponseWriter) {
        writer.flags(FlagList(.all, keywords: mailbox.keywords))
        let permanent = FlagList(
            mailbox.permanentFlags, keywords: mailbox.mayChangeKeywords ? mailbox.keywords : [])
        let code = ResponseCode.permanentFlags(permanent, mailbox.mayChangeKeywords ? .welcome : .refused)
        writer.untagged(.ok, code: code, mailbox.access == .readOnly ? "Read-only mailbox" : "Flags permitted")
    }
}
