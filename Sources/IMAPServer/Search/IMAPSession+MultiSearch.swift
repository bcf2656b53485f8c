internal import Directory
internal import IMAP
internal import MailCore
internal import MailSearch
internal import MailStore
internal import ServerRuntime
internal import Storage

/// ESEARCH: a search of several mailboxes (RFC 7377).
extension IMAPSession {
    nonisolated(nonsending)
        func multiSearch(
            _ request: MultiSearchRequest, _ tag: CommandTag, _ replies: ReplyWriter
        ) async -> IMAPCompletion
    {
        let sources = request.sources ?? [.selected]
        let items = request.returning.items
        if sources.contains(.selected) || items.contains(.update), selected == nil {
            return .bad("No mailbox is selected")
        }
        if items.contains(.save), sources.contains(where: { $0 != .selected }) {
            return .bad("SAVE is for the selected mailbox")
        }
        if items.contains(.relevancy), !request.key.isFuzzy { return .bad("RELEVANCY is for FUZZY keys") }
        if items.contains(.update) { tellNoUpdate(tag, "Search the mailbox itself", replies) }
        do {
            if sources.contains(.selected), let mailbox = selected {
                try await search(mailbox, request, tag, replies)
            }
            for mailbox in try await mailboxes(sources) where mailbox.key != selected?.key {
                try await search(mailbox, request, tag, replies)
            }
            // The selected mailbox by its name.
            if !sources.contains(.selected), let mailbox = selected,
                try await mailboxes(sources).contains(where: { $0.key == mailbox.key })
            {
                try await search(mailbox, request, tag, replies)
            }
            return .ok()
        } catch {
            if items.contains(.save) { selected?.view.savedResult = UIDSet() }
            return completion(of: error, in: "searching")
        }
    }

    /// Mailboxes that may be read, each once; those that are not named must be visible, too (RFC 7377 §2.2).
    nonisolated(nonsending)
        private func mailboxes(_ sources: [MailboxFilter]) async throws -> [AccessibleMailbox]
    {
        guard let account, sources.contains(where: { $0 != .selected }) else { return [] }
        let id = account.id
        let (all, subscribed) = try await context.store.read { transaction in
            (
                try MailStore.list(for: id, in: transaction),
                Set(try MailStore.subscriptions(of: id, in: transaction))
            )
        }
        return all.filter { mailbox in
            mailbox.rights.contains(.read) && sources.contains { $0.includes(mailbox, subscribed) }
        }
    }

    nonisolated(nonsending)
        private func search(
            _ mailbox: SelectedMailbox, _ request: MultiSearchRequest, _ tag: CommandTag, _ replies: ReplyWriter
        ) async throws
    {
        let found = try await context.search.find(
            filter(request.key, mailbox), in: mailbox.key, among: searchable(mailbox),
            modSeq: request.key.namesModSeq ? .wanted : .unwanted, progress: progress(tag, replies))
        var result = SearchResult(order: .mailbox(found.uids))
        if request.returning.items.contains(.relevancy) {
            result.scores = try await relevancy(of: found.uids, request.key, mailbox)
        }
        if request.returning.items.contains(.save) {
            selected?.view.savedResult = request.returning.saved(of: result)
        }
        let source = ExtendedSearchResult.Source(mailbox: mailbox.name, uidValidity: mailbox.uidValidity)
        tell(result, found.highestModSeq, source, mailbox.view, request, tag, replies)
    }

    nonisolated(nonsending)
        private func search(
            _ mailbox: AccessibleMailbox, _ request: MultiSearchRequest, _ tag: CommandTag, _ replies: ReplyWriter
        ) async throws
    {
        guard let name = MailboxName(mailbox.name) else { return }
        let snapshot: MailboxSnapshot
        do {
            snapshot = try await context.mailStore.open(mailbox.key, .looks)
        } catch MailStoreError.noSuchMailbox {
            return
        }
        let view = IMAPSequenceView(uids: snapshot.uids, recent: snapshot.recent)
        var resolver = SearchKeyResolver(view: view, uidNext: snapshot.uidNext, now: context.now())
        let found = try await context.search.find(
            resolver.filter(request.key), in: mailbox.key, among: snapshot.uids,
            modSeq: request.key.namesModSeq ? .wanted : .unwanted, progress: progress(tag, replies))
        var result = SearchResult(order: .mailbox(found.uids))
        if request.returning.items.contains(.relevancy) {
            result.scores = try await relevancy(of: found.uids, in: mailbox.key) { match in
                resolver.fuzzyMatch = match
                return resolver.filter(request.key)
            }
        }
        let source = ExtendedSearchResult.Source(mailbox: name, uidValidity: snapshot.uidValidity)
        tell(result, found.highestModSeq, source, view, request, tag, replies)
    }

    /// Nothing is told of a mailbox in which nothing was found.
    private func tell(
        _ result: SearchResult, _ modSeq: ModSeq?, _ source: ExtendedSearchResult.Source, _ view: IMAPSequenceView,
        _ request: MultiSearchRequest, _ tag: CommandTag, _ replies: ReplyWriter
    ) {
        guard result.count > 0, !request.returning.isSilent else { return }
        var extended = ExtendedSearchResult(result, request.returning, tag, .uids, view)
        extended.source = source
        extended.modSeq = modSeq
        respond(replies) { $0.extendedSearch(extended) }
    }
}
