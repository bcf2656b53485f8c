internal import MailCore
internal import MailStore
internal import NIOCore
internal import Storage

/// The index follows the store: behind the mail path, in batches, on threads that may block.
extension MailSearch {
    /// Keeps the index up to date until the task is cancelled: first with all that was missed, then with what is told by
    /// the store's changes. What fails is tried again with the next change.
    ///
    /// - Parameter failed: told of what went wrong.
    package func run(failed: @escaping @Sendable (any Error) -> Void) async {
        guard index != nil else { return }
        let indexing = indexing
        let subscription = mailStore.changes.subscribeToAll { change in
            switch change {
            case .arrived(let key, let uids, _): indexing.noteArrived(key, uids)
            case .expunged(_, let uids, _): indexing.noteExpunged(uids.count)
            case .mailboxDeleted: indexing.noteMailboxDeleted()
            default: break
            }
        }
        defer { subscription.cancel() }
        await attempt(failed) { try await catchUp() }
        for await _ in indexing.signals {
            await linger()
            if Task.isCancelled { return }
            await attempt(failed) { try await work(indexing.take()) }
        }
    }

    /// Returns when nothing has come for a moment, or messages have come for long enough.
    private func linger() async {
        let end = ContinuousClock.now + .milliseconds(limits.lingerMillisecondsMax)
        var before: Int
        repeat {
            before = indexing.waiting
            try? await Task.sleep(for: .milliseconds(limits.lingerMilliseconds))
        } while !Task.isCancelled && indexing.waiting > before && ContinuousClock.now < end
    }

    private func attempt(_ failed: @Sendable (any Error) -> Void, _ body: () async throws -> Void) async {
        do {
            try await body()
        } catch {
            guard !Task.isCancelled else { return }
            indexing.noteFailed()
            if let error = error as? StorageError, error.code == .corrupt { index?.database.discard() }
            failed(error)
        }
    }

    private func work(_ work: IndexingState.Work) async throws {
        guard work.isComplete else { return try await catchUp() }
        for arrival in work.arrivals { try await add(arrival.uids, in: arrival.key) }
        guard work.expunged > 0, let index else { return }
        let size = try await store.work { try index.size() }
        if work.expunged * limits.forgetOneIn >= size.documents { try await forgetWhatIsGone() }
    }

    /// Indexes what the index lacks and forgets what the store lacks.
    package func catchUp() async throws {
        try await addWhatIsMissing()
        try await forgetWhatIsGone()
    }

    // MARK: Adding

    private func add(_ uids: UIDSet, in key: MailboxKey) async throws {
        guard let index else { return }
        let emails = try await store.read { transaction in
            var emails: [EmailID] = []
            try MailStore.rows(of: uids, in: key, [], transaction) { emails.append($0.email) }
            return try index.missing(Array(Set(emails)), key.account).sorted()
        }
        try await add(emails.map { (email: $0, account: key.account) })
    }

    /// One pass over all copies, ascending by message.
    private func addWhatIsMissing() async throws {
        guard let index else { return }
        var last = (email: Int64(0), account: Int64(0))
        while true {
            let behind = last
            let (missing, end) = try await store.read { transaction in
                var copies: [(email: EmailID, account: AccountID)] = []
                try MailStore.forEachCopy(behind: behind, count: Self.copiesPerPage, transaction) {
                    copies.append(($0, $1))
                }
                var missing: [(email: EmailID, account: AccountID)] = []
                for copy in copies where try !index.missing([copy.email], copy.account).isEmpty { missing.append(copy) }
                return (missing, copies.last.map { (email: $0.email.rawValue, account: $0.account.rawValue) })
            }
            guard let end else { return }
            last = end
            try await add(missing)
            try Task.checkCancellation()
        }
    }

    private static let copiesPerPage: Int64 = 2_000

    /// Messages in the order in which they are to be numbered; batches are of one account each.
    private func add(_ copies: [(email: EmailID, account: AccountID)]) async throws {
        guard let index else { return }
        var byAccount: [AccountID: [EmailID]] = [:]
        for copy in copies { byAccount[copy.account, default: []].append(copy.email) }
        for (account, emails) in byAccount.sorted(by: { $0.key < $1.key }) {
            var rest = emails[...]
            while !rest.isEmpty {
                try Task.checkCancellation()
                let from = rest
                let (store, limits) = (store, limits)
                let taken = try await store.read { transaction in
                    try Self.batch(from, account, store, limits, transaction)
                }
                try await store.work { try index.add(taken.documents, to: account) }
                rest = rest.dropFirst(taken.count)
            }
        }
    }

    /// The first of the messages, read; those that are gone again are passed over.
    private static func batch(
        _ emails: ArraySlice<EmailID>, _ account: AccountID, _ store: Store, _ limits: MailSearchLimits,
        _ transaction: SQLTransaction
    ) throws -> (documents: [SearchIndex.NewDocument], count: Int) {
        var sources: [(email: EmailID, prefix: [UInt8], content: StoredOctets)] = []
        var octets: Int64 = 0
        var count = 0
        for email in emails.prefix(limits.batchMessagesMax) {
            count += 1
            guard let prefix = try MailStore.prefix(of: email, account, transaction),
                let content = try transaction.content(of: email)
            else { continue }
            sources.append((email, prefix, content))
            octets += content.count
            if octets >= limits.batchOctetsMax { break }
        }
        let read = try store.octetsBlocking(sources.map(\.content))
        let documents = zip(sources, read).map { source, octets in
            SearchIndex.NewDocument(
                email: source.email, prefix: source.prefix, octets: octets.map { Array($0.readableBytesView) })
        }
        return (documents, count)
    }

    // MARK: Forgetting

    /// One pass over all that is indexed.
    private func forgetWhatIsGone() async throws {
        guard let index else { return }
        indexing.clearExpunged()
        var last = (email: Int64(0), account: Int64(0))
        while true {
            let behind = last
            let (gone, end) = try await store.read { transaction in
                let page = try index.page(behind: behind, count: Self.copiesPerPage)
                let gone = try page.filter {
                    try MailStore.prefix(
                        of: EmailID(rawValue: $0.email), AccountID(rawValue: $0.account), transaction) == nil
                }
                return (gone, page.last)
            }
            guard let end else { return }
            last = end
            if !gone.isEmpty { try await store.work { try index.forget(gone) } }
            try Task.checkCancellation()
        }
    }
}
