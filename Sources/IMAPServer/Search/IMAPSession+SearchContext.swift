internal import IMAP
internal import MailCore
internal import MailSearch
internal import MailStore
internal import ServerRuntime
internal import Storage

/// Results that are kept up to date (RFC 5267 §4.3).
extension IMAPSession {
    nonisolated(nonsending)
        func cancelUpdate(_ tags: [String], _ tag: CommandTag, _ replies: ReplyWriter) async -> IMAPCompletion
    {
        searching.contexts.removeAll { tags.contains($0.tag.text) }
        return .ok()
    }

    /// Remembers a search that UPDATE was said of.
    func keepUpToDate(
        _ result: SearchResult, _ command: SearchCommand, _ mailbox: SelectedMailbox, _ replies: ReplyWriter
    ) {
        guard let returning = command.returning, returning.items.contains(.update) else { return }
        let most = command.criteria == nil ? SearchState.messagesMax : SearchState.sortedMessagesMax
        guard searching.contexts.count < SearchState.contextsMax, result.count <= most else {
            return tellNoUpdate(command.tag, "Too much to keep in mind", replies)
        }
        searching.contexts.append(
            SearchContext(
                tag: command.tag, numbering: command.numbering, key: command.key.frozen(in: mailbox.view),
                criteria: command.criteria, attributes: returning.updateAttributes, result: result,
                modSeq: mailbox.notedModSeq, lastUID: mailbox.view.lastUID?.rawValue ?? 0))
    }

    func tellNoUpdate(_ tag: CommandTag, _ text: String, _ replies: ReplyWriter) {
        respond(replies) { $0.untagged(.no, code: .noUpdate(tag), text) }
    }

    /// Messages that are gone leave the results before the client hears that they are gone: their numbers are right then.
    func tellSearchesOfExpunges(_ replies: ReplyWriter) {
        guard !searching.contexts.isEmpty, let mailbox = selected else { return }
        let gone = mailbox.view.expungedUntold
        guard !gone.isEmpty else { return }
        for place in searching.contexts.indices {
            let left = searching.contexts[place].result.uids.intersection(gone)
            guard !left.isEmpty else { continue }
            tell(removing(left, at: place), at: place, replies)
        }
    }

    /// What came, and what changed its flags, joins the results or leaves them.
    nonisolated(nonsending)
        func tellSearchesOfChanges(_ replies: ReplyWriter) async throws
    {
        guard !searching.contexts.isEmpty, let mailbox = selected else { return }
        let last = mailbox.view.lastUID?.rawValue ?? 0
        for context in searching.contexts where context.modSeq < mailbox.notedModSeq || context.lastUID < last {
            guard let place = searching.contexts.firstIndex(where: { $0.tag == context.tag }) else { continue }
            let (key, since) = (mailbox.key, context.modSeq)
            var looked = try await self.context.store.read { try MailStore.uids(changedSince: since, of: key, in: $0) }
            if context.lastUID < last {
                looked = looked.union(UIDSet(UID(rawValue: context.lastUID + 1)...UID(rawValue: last)))
            }
            looked = looked.intersection(searchable(mailbox))
            let found = try await self.context.search.find(
                filter(context.key, mailbox), in: mailbox.key, among: looked)
            let before = context.result.uids
            let left = looked.subtracting(found.uids).intersection(before)
            let new = found.uids.subtracting(before)
            searching.contexts[place].modSeq = mailbox.notedModSeq
            searching.contexts[place].lastUID = last
            if !left.isEmpty { tell(removing(left, at: place), at: place, replies) }
            guard !new.isEmpty else { continue }
            tell(try await adding(new, at: place, in: mailbox.key), at: place, replies)
            if !context.attributes.isEmpty { try await tellNew(new, context.attributes, replies) }
        }
    }

    private func tell(_ changes: [ExtendedSearchResult.Change], at place: Int, _ replies: ReplyWriter) {
        guard !changes.isEmpty else { return }
        let context = searching.contexts[place]
        var extended = ExtendedSearchResult(tag: context.tag, numbering: context.numbering)
        extended.changes = changes
        respond(replies) { $0.extendedSearch(extended) }
    }

    private func numbers(of result: SearchResult, _ numbering: MessageNumbering) -> [ClosedRange<UInt32>] {
        selected.map { result.ranges(numbering, $0.view) } ?? []
    }

    /// Takes messages out of a result. In the order of the mailbox places need not be told.
    private func removing(_ uids: UIDSet, at place: Int) -> [ExtendedSearchResult.Change] {
        let numbering = searching.contexts[place].numbering
        switch searching.contexts[place].result.order {
        case .mailbox(let all):
            searching.contexts[place].result = SearchResult(order: .mailbox(all.subtracting(uids)))
            let numbers = numbers(of: SearchResult(order: .mailbox(uids)), numbering)
            return numbers.isEmpty ? [] : [ExtendedSearchResult.Change(.removed, position: 0, numbers: numbers)]
        case .sorted(let all):
            var changes: [ExtendedSearchResult.Change] = []
            var left: [UID] = []
            for uid in all {
                guard uids.contains(uid) else {
                    left.append(uid)
                    continue
                }
                let numbers = numbers(of: SearchResult(order: .sorted([uid])), numbering)
                // Those before it are gone already when the client comes to it.
                changes.append(
                    ExtendedSearchResult.Change(.removed, position: UInt32(clamping: left.count + 1), numbers: numbers))
            }
            searching.contexts[place].result.order = .sorted(left)
            return changes
        }
    }

    nonisolated(nonsending)
        private func adding(
            _ uids: UIDSet, at place: Int, in key: MailboxKey
        ) async throws -> [ExtendedSearchResult.Change]
    {
        let context = searching.contexts[place]
        guard case .sorted(let all) = context.result.order else {
            searching.contexts[place].result = SearchResult(order: .mailbox(context.result.uids.union(uids)))
            let numbers = numbers(of: SearchResult(order: .mailbox(uids)), context.numbering)
            return numbers.isEmpty ? [] : [ExtendedSearchResult.Change(.added, position: 0, numbers: numbers)]
        }
        // Those that the client knows keep their scores, and so their order.
        var scores = context.result.scores
        if !scores.isEmpty, let mailbox = selected {
            scores.merge(try await relevancy(of: uids, context.key, mailbox)) { known, _ in known }
        }
        var sorted = try await order(UIDSet(all).union(uids), by: context.criteria, scores, in: key)
        sorted.scores = scores
        guard case .sorted(let order) = sorted.order, searching.contexts.indices.contains(place) else { return [] }
        searching.contexts[place].result = sorted
        return order.enumerated().filter { uids.contains($1) }.map { position, uid in
            ExtendedSearchResult.Change(
                .added, position: UInt32(clamping: position + 1),
                numbers: numbers(of: SearchResult(order: .sorted([uid])), context.numbering))
        }
    }
}

extension SearchKey {
    /// The same with sequence numbers, and `$`, as the messages that they mean now.
    func frozen(in view: IMAPSequenceView) -> SearchKey {
        switch self {
        case .sequenceNumbers, .uids(.savedResult):
            let resolver = SearchKeyResolver(view: view, uidNext: 1, now: 0)
            guard case .uids(let uids) = resolver.filter(self) else { return self }
            return .uids(.ranges(uids.ranges.map { .init(.number($0.lowerBound), .number($0.upperBound)) }))
        case .and(let keys): return .and(keys.map { $0.frozen(in: view) })
        case .or(let left, let right): return .or(left.frozen(in: view), right.frozen(in: view))
        case .not(let key): return .not(key.frozen(in: view))
        case .fuzzy(let key): return .fuzzy(key.frozen(in: view))
        default: return self
        }
    }
}
