internal import IMAP
internal import MailCore
internal import MailSearch
internal import MailStore
internal import NIOCore
internal import ServerRuntime
internal import Storage

/// SEARCH and SORT (RFC 9051 §6.4.4, RFC 4731, RFC 5182, RFC 5256, RFC 5267, RFC 9394).
extension IMAPSession {
    nonisolated(nonsending)
        func search(_ request: SearchRequest, _ tag: CommandTag, _ replies: ReplyWriter) async -> IMAPCompletion
    {
        let returning =
            request.returning ?? (machine.dialect.prefersExtendedSearch ? SearchReturnOptions(items: .all) : nil)
        return await answer(
            SearchCommand(
                numbering: request.numbering, returning: returning, key: request.key, criteria: nil, tag: tag), replies)
    }

    nonisolated(nonsending)
        func sort(_ request: SortRequest, _ tag: CommandTag, _ replies: ReplyWriter) async -> IMAPCompletion
    {
        await answer(
            SearchCommand(
                numbering: request.numbering, returning: request.returning, key: request.key,
                criteria: request.criteria, tag: tag), replies)
    }

    /// SEARCH or SORT.
    struct SearchCommand {
        let numbering: MessageNumbering
        /// Nil for the answers SEARCH and SORT.
        let returning: SearchReturnOptions?
        let key: SearchKey
        /// Nil for SEARCH.
        let criteria: [SortCriterion]?
        let tag: CommandTag

        var items: SearchReturnOptions.Items { returning?.items ?? [] }
    }

    nonisolated(nonsending)
        private func answer(_ command: SearchCommand, _ replies: ReplyWriter) async -> IMAPCompletion
    {
        guard let mailbox = selected else { return .bad("No mailbox is selected") }
        if command.items.contains(.update), searching.contexts.contains(where: { $0.tag == command.tag }) {
            return .bad("Tag reuse")
        }
        if command.wantsRelevancy, !command.key.isFuzzy { return .bad("RELEVANCY is for FUZZY keys") }
        do {
            let (result, modSeq) = try await find(command, in: mailbox, replies)
            if let returning = command.returning, command.items.contains(.save) {
                selected?.view.savedResult = returning.saved(of: result)
            }
            try await tell(result, modSeq, command, mailbox, replies)
            keepUpToDate(result, command, mailbox, replies)
            return .ok()
        } catch {
            // RFC 5182 §2.1: a search that fails leaves nothing.
            if command.items.contains(.save) { selected?.view.savedResult = UIDSet() }
            return completion(of: error, in: "searching")
        }
    }

    /// What is found, in its order, with the highest MODSEQ of what is told if mod-sequences were asked about.
    nonisolated(nonsending)
        private func find(
            _ command: SearchCommand, in mailbox: SelectedMailbox, _ replies: ReplyWriter
        ) async throws -> (SearchResult, ModSeq?)
    {
        let outcome = try await context.search.find(
            filter(command.key, mailbox), in: mailbox.key, among: searchable(mailbox),
            modSeq: command.key.namesModSeq ? .wanted : .unwanted, progress: progress(command.tag, replies))
        let scores = command.wantsRelevancy ? try await relevancy(of: outcome.uids, command.key, mailbox) : [:]
        var result = try await order(outcome.uids, by: command.criteria, scores, in: mailbox.key)
        result.scores = scores
        guard command.key.namesModSeq, let told = command.returning?.told(of: result) else {
            return (result, outcome.highestModSeq)
        }
        let part = try await context.search.find(.all, in: mailbox.key, among: told, modSeq: .wanted)
        return (result, part.highestModSeq)
    }

    /// The messages of the view without those that are gone.
    func searchable(_ mailbox: SelectedMailbox) -> UIDSet {
        mailbox.view.uids.subtracting(mailbox.view.expungedUntold)
    }

    func filter(_ key: SearchKey, _ mailbox: SelectedMailbox) -> MessageFilter { resolver(mailbox).filter(key) }

    private func resolver(_ mailbox: SelectedMailbox) -> SearchKeyResolver {
        SearchKeyResolver(view: mailbox.view, uidNext: mailbox.uidNext, now: context.now())
    }

    /// The scores of what a fuzzy search found.
    nonisolated(nonsending)
        func relevancy(
            of uids: UIDSet, _ key: SearchKey, _ mailbox: SelectedMailbox
        ) async throws -> [UID: UInt8]
    {
        var resolver = resolver(mailbox)
        return try await relevancy(of: uids, in: mailbox.key) { match in
            resolver.fuzzyMatch = match
            return resolver.filter(key)
        }
    }

    nonisolated(nonsending)
        func order(
            _ uids: UIDSet, by criteria: [SortCriterion]?, _ scores: [UID: UInt8], in key: MailboxKey
        ) async throws -> SearchResult
    {
        guard let criteria else { return SearchResult(order: .mailbox(uids)) }
        let sorter = MessageSorter(criteria, scores)
        let entries = try await context.search.collect(uids, in: key) { sorter.entry($0) }
        let sorted = try await context.store.work { sorter.sort(entries) }
        return SearchResult(order: .sorted(sorted))
    }

    /// How far a long search has come (RFC 9585).
    func progress(_ tag: CommandTag, _ replies: ReplyWriter) -> MailSearch.Progress {
        var told = ContinuousClock.now
        let dialect = machine.dialect
        return { done, goal in
            guard ContinuousClock.now - told >= .seconds(10) else { return }
            told = .now
            var writer = IMAPResponseWriter(dialect: dialect)
            writer.untagged(
                .ok, code: .inProgress(tag, done: UInt64(clamping: done), goal: UInt64(clamping: goal)),
                "Still searching")
            // A client that has gone is not searched for.
            try await replies.write(writer.take())
        }
    }

    // MARK: Telling

    nonisolated(nonsending)
        private func tell(
            _ result: SearchResult, _ modSeq: ModSeq?, _ command: SearchCommand, _ mailbox: SelectedMailbox,
            _ replies: ReplyWriter
        ) async throws
    {
        let (dialect, view) = (machine.dialect, mailbox.view)
        if let returning = command.returning {
            guard !returning.isSilent else { return }
            let (tag, numbering) = (command.tag, command.numbering)
            let octets = try await written(result) {
                var extended = ExtendedSearchResult(result, returning, tag, numbering, view)
                extended.modSeq = modSeq
                var writer = IMAPResponseWriter(dialect: dialect)
                writer.extendedSearch(extended)
                return writer.take()
            }
            return try await write(octets, replies)
        }
        let isSort = command.criteria != nil
        let numbering = command.numbering
        let octets = try await written(result) {
            var writer = IMAPResponseWriter(dialect: dialect)
            let numbers = result.ranges(numbering, view)
            if isSort {
                writer.sort(numbers, modSeq: modSeq)
            } else {
                writer.search(numbers, modSeq: modSeq)
            }
            return writer.take()
        }
        try await write(octets, replies)
    }

    /// Messages of which an answer is written at once.
    private static var writtenAtOnceMax: Int { 4_096 }

    /// The answer about so many messages, written on a thread of the store's where they are many.
    nonisolated(nonsending)
        private func written(
            _ result: SearchResult, _ write: @escaping @Sendable () -> ByteBuffer
        ) async throws -> ByteBuffer
    {
        result.count <= Self.writtenAtOnceMax ? write() : try await context.store.work(write)
    }

    /// A long answer in pieces, for a client that reads slowly.
    nonisolated(nonsending)
        func write(_ octets: ByteBuffer, _ replies: ReplyWriter) async throws
    {
        var octets = octets
        guard octets.readableBytes > Self.pieceOctets else { return replies.append(octets) }
        while let piece = octets.readSlice(length: min(Self.pieceOctets, octets.readableBytes)),
            piece.readableBytes > 0
        {
            try await replies.write(piece)
        }
    }
}
