internal import IMAP
internal import Logging
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
            let choice = try FetchChoice(request, in: mailbox.view, uidNext: mailbox.uidNext, limit: fetchLimit)
            if let since = request.changedSince, request.expunged == .vanishedEarlier {
                try await tellVanished(request.messages, since, in: mailbox, replies)
            }
            let uids = try await changed(choice.uids, since: request.changedSince, in: mailbox)
            let plan = FetchPlan(request, dialect: machine.dialect)
            let newlySeen = plan.effect == .sets ? try await markSeen(uids, in: mailbox) : UIDSet()
            let job = FetchJob(
                plan, uids, of: mailbox.key, in: mailbox.view, newlySeen: newlySeen, context.mailStore, fetching.checked
            )
            var sending = FetchSending(job, replies)
            try await sending.run { tellUnknown($0.keywords, replies) }
            if plan.tellsFlags {
                try await noteChanges()
                selected?.view.noteFlagsTold(sending.told, through: sending.clock)
            }
            return completion(of: sending, choice, request, replies)
        } catch let error as FetchSending.LiteralCutOff {
            fetching.literal = .cutOff
            return completion(of: error.cause, in: "reading a message to its end")
        } catch {
            return completion(of: error, in: "reading messages")
        }
    }

    /// FLAGS anew, where messages have keywords that the client was not told of.
    private func tellUnknown(_ keywords: [Keyword], _ replies: ReplyWriter) {
        guard !keywords.isEmpty, let known = selected?.keywords else { return }
        tellKeywords(Set(keywords).subtracting(known).sorted(), replies)
    }

    /// Messages of one command (RFC 9738 §3).
    private var fetchLimit: UInt32? {
        let configuration = context.configuration
        return configuration.offered.contains(.messageLimit) ? configuration.messagesPerCommandMax : nil
    }

    private func completion(
        of sending: FetchSending, _ choice: FetchChoice, _ request: FetchRequest, _ replies: ReplyWriter
    ) -> IMAPCompletion {
        let isIncomplete = sending.told.count < sending.job.messageCount
        let completion: IMAPCompletion =
            if sending.faults.contains(.unknownEncoding) {
                .no("A part is encoded in a way that is not known here", code: .unknownCTE)
            } else if sending.faults.contains(.damaged) {
                .no("A message is damaged", code: .corruption)
            } else if isIncomplete, request.numbering == .sequenceNumbers {
                .ok("Some messages are gone", code: .expungeIssued)
            } else {
                .ok()
            }
        guard let limit = choice.limit else { return completion }
        if completion.code == nil { return .ok("There are more messages", code: limit) }
        // The tagged response has a code already (RFC 9738 §3).
        respond(replies) { $0.untagged(.no, code: limit, "There are more messages") }
        return completion
    }

    /// Those of the messages that were changed after a modification (RFC 7162 §3.1.4.1).
    nonisolated(nonsending)
        private func changed(_ uids: UIDSet, since: ModSeq?, in mailbox: SelectedMailbox) async throws -> UIDSet
    {
        guard let since, !uids.isEmpty else { return uids }
        let key = mailbox.key
        return try await context.store.read { try MailStore.uids(changedSince: since, of: key, in: $0) }
            .intersection(uids)
    }

    /// VANISHED (EARLIER) of what went from a set since (RFC 7162 §3.2.6).
    nonisolated(nonsending)
        private func tellVanished(
            _ set: SequenceSet, _ since: ModSeq, in mailbox: SelectedMailbox, _ replies: ReplyWriter
        ) async throws
    {
        guard mailbox.uidNext > 1 else { return }
        let everything = UIDSet(UID(rawValue: 1)...UID(rawValue: mailbox.uidNext - 1))
        let largest = mailbox.view.lastUID ?? UID(rawValue: mailbox.uidNext)
        let asked = set.uids(largest: largest, saved: mailbox.view.savedResult).intersection(everything)
        var gone = try await expunged(since: since, of: mailbox, among: asked)
        // Messages of which the client was not told yet are not gone.
        let firstUntold = (mailbox.view.lastUID?.rawValue ?? 0) + 1
        if firstUntold < mailbox.uidNext {
            let key = mailbox.key
            let untold = firstUntold...(mailbox.uidNext - 1)
            let there = try await context.store.read { transaction in
                var there = UIDSet()
                try MailStore.scan(untold, of: key, [], transaction) { row in
                    there.append(row.uid)
                    return .more
                }
                return there
            }
            gone = gone.subtracting(there)
        }
        respond(replies) { $0.vanishedEarlier(gone) }
    }

    /// Messages that become `\Seen` in one transaction.
    private static var seenTogetherMax: Int { 65_536 }

    /// Marks those messages as `\Seen` that are not, where the user may.
    ///
    /// - Returns: the messages whose flags have changed.
    nonisolated(nonsending)
        private func markSeen(
            _ uids: UIDSet, in mailbox: SelectedMailbox
        ) async throws -> UIDSet
    {
        guard mailbox.permanentFlags.contains(.seen) else { return UIDSet() }
        let (key, view) = (mailbox.key, mailbox.view)
        let unseen = try await context.store.read { transaction in
            var walk = FetchWalk(uids, in: view)
            var unseen = UIDSet()
            while let span = walk.nextSpan() {
                try MailStore.unseen(span, of: key, in: transaction) { uid in
                    if walk.move(to: uid.rawValue) != nil { unseen.append(uid) }
                }
                walk.endSpan(span)
            }
            return unseen
        }
        var changed = UIDSet()
        for batch in unseen.batches(of: Self.seenTogetherMax) {
            let outcome = try await context.mailStore.setFlags(FlagChange(.add, .seen), of: batch, in: key)
            noteOwn(outcome)
            changed = changed.union(outcome.changed)
        }
        return changed
    }
}
