internal import JMAP
internal import JSON
internal import MailCore
internal import MailStore
internal import Storage

/// Mailbox/query and Mailbox/queryChanges (RFC 8621 §2.3, §2.4).
enum MailboxQueryMethods {
    static let query = JMAPMethod("Mailbox/query", .mail) { arguments, call in
        let query = try JMAPQueryCall(arguments, limits: call.limits)
        let account = try await call.mailAccount(query.accountID)
        let wanted = try MailboxQuery(query.filter, query.sort, arguments, account)
        let (state, list) = try await call.services.store.read { transaction in
            let tree = try MailboxTree(of: account, in: transaction)
            return (try account.state(in: transaction), wanted.list(tree).map(\.mailbox))
        }
        let ids = list.map(account.id(of:))
        let page = try query.page(of: ids.count) { ids.firstIndex(of: $0) }
        return query.response(
            queryState: state, canCalculateChanges: account.isOwn, position: page.isEmpty ? 0 : page.lowerBound,
            ids: Array(ids[page]), count: ids.count)
    }

    static let queryChanges = JMAPMethod("Mailbox/queryChanges", .mail) { arguments, call in
        let changes = try JMAPQueryChangesCall(arguments, limits: call.limits)
        let account = try await call.mailAccount(changes.accountID)
        let wanted = try MailboxQuery(changes.filter, changes.sort, arguments, account)
        // Who may see what of another's account has no history.
        guard account.isOwn, let since = ChangePoint(changes.sinceQueryState) else {
            throw JMAPMethodError.cannotCalculateChanges
        }
        let most = call.limits.changesMax
        let (state, told) = try await call.services.store.read { transaction in
            (
                try account.state(in: transaction),
                try Changed(since: since, most: most, account, wanted, in: transaction)
            )
        }
        guard let told else { throw JMAPMethodError.cannotCalculateChanges }
        return try changes.response(
            newQueryState: state, removed: told.removed.map(account.id(of:)),
            added: told.added.map { (account.id(of: $0.mailbox), $0.index) }, count: told.count)
    }

    /// Mailboxes that are not what they were, and where they stand.
    private struct Changed: Sendable {
        let removed: [MailboxID]
        let added: [(mailbox: MailboxID, index: Int)]
        let count: Int

        /// Nil when it is not known what changed.
        init?(
            since: ChangePoint, most: Int, _ account: MailAccount, _ query: MailboxQuery,
            in transaction: SQLTransaction
        ) throws {
            // Counts decide about no list.
            let history = try MailStore.mailboxChanges(
                since: since, most: most, account.id, [:], in: transaction
            ).history
            guard case .known(let changes) = history, changes.rest == .none else { return nil }
            let tree = try MailboxTree(of: account, in: transaction)
            let list = query.list(tree).map(\.mailbox)
            var touched = Set(changes.created + changes.updated)
            // What stood below one that went stands elsewhere.
            let isAll = !changes.destroyed.isEmpty
            for node in tree.nodes
            where isAll || tree.ancestors(of: node).contains(where: { touched.contains($0.mailbox) }) {
                touched.insert(node.mailbox)
            }
            removed = changes.destroyed + touched.sorted()
            added = list.enumerated().filter { touched.contains($1) }.map { (mailbox: $1, index: $0) }
            count = list.count
        }
    }
}
