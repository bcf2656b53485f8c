internal import IMAP
internal import MailCore
internal import MailStore
internal import ServerRuntime

/// STORE and UID STORE (RFC 9051 §6.4.6, RFC 7162 §3.1.3).
extension IMAPSession {
    nonisolated(nonsending)
        func store(_ request: StoreRequest, _ tag: CommandTag, _ replies: ReplyWriter) async -> IMAPCompletion
    {
        guard let mailbox = selected else { return .bad("Select a mailbox first") }
        do {
            let uids = try resolve(request.messages, request.numbering, in: mailbox)
            guard let change = FlagChange(request, in: mailbox) else {
                return .no("You may not change these flags", code: .noPermission)
            }
            guard !uids.isEmpty else { return .ok() }
            var modified = UIDSet()
            for batch in uids.batches(of: Self.flagsTogetherMax) {
                let outcome = try await context.mailStore.setFlags(
                    change, of: batch, in: mailbox.key, unchangedSince: request.unchangedSince)
                modified = modified.union(outcome.modified)
                noteOwn(outcome)
                try await noteChanges()
                try await report(outcome, of: request, replies)
            }
            // Why a conditional change was refused (RFC 7162 §3.1.3).
            if !modified.isEmpty { try await tellFlags(of: modified, replies) }
            return completion(modified: modified, request, uids)
        } catch {
            return completion(of: error, in: "changing flags")
        }
    }

    /// The messages that a command names. BAD for sequence numbers that are not there.
    func resolve(
        _ set: SequenceSet, _ numbering: MessageNumbering, in mailbox: SelectedMailbox
    ) throws(IMAPCompletion) -> UIDSet {
        do {
            return try mailbox.view.resolve(set, numbering, uidNext: mailbox.uidNext)
        } catch {
            throw .bad("There is no such message")
        }
    }

    nonisolated(nonsending)
        private func report(_ outcome: FlagOutcome, of request: StoreRequest, _ replies: ReplyWriter) async throws
    {
        tellKeywords(request.change == .remove ? [] : newKeywords(of: request), replies)
        let messages = outcome.messages.map(FlagsOfMessage.init)
        let report: UIDReport = request.numbering == .uids ? .withUID : .asCommanded
        var writer = IMAPResponseWriter(dialect: machine.dialect)
        for message in messages {
            switch request.report {
            case .flags: write(message, report, &writer)
            case .silent: writeModSeq(of: message, &writer)
            }
            if writer.octetCount >= Self.pieceOctets { try await replies.write(writer.take()) }
        }
        replies.append(writer.take())
    }

    /// `.SILENT` is not silent about MODSEQ (RFC 7162 §3.1.3). The flags are not told: what others have changed of them
    /// still is to be.
    private func writeModSeq(of message: FlagsOfMessage, _ writer: inout IMAPResponseWriter) {
        guard machine.dialect.tellsModSeq, let number = selected?.view.sequenceNumber(of: message.uid) else { return }
        var items = writer.beginFetch(number, message.uid)
        if !machine.dialect.namesByUID { writer.fetchUID(message.uid, &items) }
        writer.fetchModSeq(message.modSeq, &items)
        writer.endFetch(items)
    }

    private func newKeywords(of request: StoreRequest) -> [Keyword] {
        guard let mailbox = selected, mailbox.mayChangeKeywords else { return [] }
        let known = Set(mailbox.keywords)
        return request.flags.keywords.filter { !known.contains($0) }
    }

    private func completion(
        modified: UIDSet, _ request: StoreRequest, _ uids: UIDSet
    ) -> IMAPCompletion {
        if !modified.isEmpty {
            let ranges: [ClosedRange<UInt32>] =
                switch request.numbering {
                case .uids: modified.ranges
                case .sequenceNumbers: selected?.view.sequenceNumbers(of: modified).ranges ?? []
                }
            return .ok("Some messages have been changed meanwhile", code: .modified(ranges: ranges))
        }
        let isIncomplete = request.numbering == .sequenceNumbers && selected?.view.expungedUntold.isEmpty == false
        guard isIncomplete, let gone = selected?.view.expungedUntold.intersection(uids), !gone.isEmpty else {
            return .ok()
        }
        return .ok("Some messages are gone", code: .expungeIssued)
    }
}

extension FlagChange {
    /// As far as the user may (RFC 4314 §4): nil where nothing is left of it.
    fileprivate init?(_ request: StoreRequest, in mailbox: SelectedMailbox) {
        let settable = mailbox.permanentFlags
        let keywords = mailbox.mayChangeKeywords ? request.flags.keywords : []
        let system = request.flags.system.intersection(settable)
        let asked = !request.flags.system.isEmpty || !request.flags.keywords.isEmpty
        let isAllowed = !system.isEmpty || !keywords.isEmpty
        let scope = FlagScope(settable, keywords: mailbox.mayChangeKeywords ? .all : .none)
        switch request.change {
        case .add, .remove:
            guard isAllowed || !asked else { return nil }
            self.init(request.change == .add ? .add : .remove, system, keywords: keywords, within: scope)
        case .replace:
            guard !settable.isEmpty else { return nil }
            self.init(.replace, system, keywords: keywords, within: scope)
        }
    }
}
