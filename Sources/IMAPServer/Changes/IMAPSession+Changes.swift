internal import IMAP
internal import Logging
internal import MailCore
internal import MailStore
internal import NIOCore
internal import ServerRuntime
internal import Storage

/// What others change: heard of, and noted in the view until it may be told.
extension IMAPSession {
    /// Hears of a mailbox's changes from here on.
    func listen(to key: MailboxKey) {
        inbox.listen(to: notifying == nil ? .mailbox(key) : .everything)
        subscribe(to: accountsHeardOf(with: key))
    }

    /// Hears of what is selected and of what NOTIFY asked for, and of nothing else.
    func listenToWhatIsAsked() {
        let interest: ChangeInbox.Interest =
            if notifying != nil { .everything } else if let selected { .mailbox(selected.key) } else { .nothing }
        inbox.listen(to: interest)
        subscribe(to: accountsHeardOf(with: selected?.key))
        alert()
    }

    private func accountsHeardOf(with key: MailboxKey?) -> Set<AccountID> {
        var accounts = notifying?.accounts ?? []
        if let key { accounts.insert(key.account) }
        return accounts
    }

    func subscribe(to accounts: Set<AccountID>) {
        if let subscription {
            subscription.update(accounts: accounts)
        } else if !accounts.isEmpty {
            subscription = context.store.changes.subscribe(to: accounts) { [inbox] in inbox.receive($0) }
        }
    }

    /// Whether the session is to be woken for a change: while it may tell one without a command.
    func alert() {
        inbox.set(machine.isIdling || notifying?.tellsAtOnce == true ? .on : .off)
    }

    /// Empties the inbox into the view and the notices.
    ///
    /// - Throws: what the store says when the mailbox has to be read again.
    nonisolated(nonsending)
        func noteChanges() async throws
    {
        switch inbox.take() {
        case .changes(let changes):
            for change in changes { note(change) }
        case .tooMany:
            ownChanges = []
            notifying?.overflow()
            try await noteByComparison()
        }
    }

    private func note(_ change: MailChange) {
        if let mailbox = selected, change.mailbox == mailbox.key {
            selected?.note(change, own: &ownChanges, context.recentClaims)
        }
        switch change {
        case .mailboxDeleted(let key, _) where key == selected?.key: fate = .deleted
        case .mailboxRenamed(let key, _, _) where key == selected?.key: hasAccessChanged = true
        case .access(let key) where key == selected?.key: hasAccessChanged = true
        default: break
        }
        notifying?.note(change, selected: selected?.key)
    }

    /// Finds out what has happened where too much did to hear of each change.
    nonisolated(nonsending)
        private func noteByComparison() async throws
    {
        guard let mailbox = selected else { return }
        do {
            let snapshot = try await context.mailStore.open(mailbox.key, .looks)
            selected?.noteAll(of: snapshot)
            hasAccessChanged = true
        } catch MailStoreError.noSuchMailbox {
            fate = .deleted
        }
    }

    /// A change of this session's own, which the client is told of as the command's answer.
    func noteOwn(_ outcome: FlagOutcome) {
        for message in outcome.messages where message.difference == .changed { ownChanges.insert(message.modSeq) }
    }
}

extension SelectedMailbox {
    /// Notes a change to this mailbox. One that the session made itself is known to its client.
    mutating func note(_ change: MailChange, own: inout Set<ModSeq>, _ claims: RecentClaims) {
        switch change {
        case .arrived(_, let uids, let modSeq):
            uidNext = max(uidNext, (uids.last?.rawValue ?? 0) &+ 1)
            view.noteNew(uids, recent: access == .readWrite ? claims.claim(uids, in: key) : UIDSet())
            notedModSeq = max(notedModSeq, modSeq)
        case .expunged(_, let uids, let modSeq):
            noteExpunged(uids, modSeq)
        case .flags(_, let uids, let modSeq):
            if own.remove(modSeq) == nil, modSeq > notedModSeq {
                uids.forEach { view.noteFlagsChanged($0, modSeq) }
            }
            notedModSeq = max(notedModSeq, modSeq)
        default: break
        }
    }

    /// Messages are gone.
    mutating func noteExpunged(_ uids: UIDSet, _ modSeq: ModSeq) {
        let untold = view.expungedUntold.isEmpty
        view.noteExpunged(uids)
        if view.expungedUntold.isEmpty {
            earliestUntoldExpunge = nil
        } else if untold {
            earliestUntoldExpunge = modSeq
        }
        notedModSeq = max(notedModSeq, modSeq)
    }

    /// The mailbox as it is now, where it is not known how it became so.
    mutating func noteAll(of snapshot: MailboxSnapshot) {
        let since = notedModSeq
        noteExpunged(view.uids.subtracting(snapshot.uids), since)
        view.noteNew(snapshot.uids)
        view.noteFlagsChanged(since: since)
        uidNext = max(uidNext, snapshot.uidNext)
        notedModSeq = max(since, snapshot.highestModSeq)
    }
}
