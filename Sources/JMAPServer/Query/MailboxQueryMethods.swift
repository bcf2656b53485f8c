internal import JMAP
internal import JSON
internal import MailCore
internal import MailStore
internal import Storage

/// Mailbox/query and Mailbox/queryChanges (RFC 8621 §2.3, §2.4).
enum MailboxQueryMethods {
    static let query = JMAPMethod("Mailbox/query", .mail) { arguments, call in
        let query = try JMAPQueryCall(arguments, limits: call.limits)
        let account = try call.ownAccount(query.accountID)
        let wanted = try MailboxQuery(query.filter, query.sort, arguments, account)
        let (clock, list) = try await call.services.store.read { transaction in
            let tree = try MailboxTree(of: account, in: transaction)
            return (try MailStore.clock(of: account, in: transaction), wanted.list(tree).map(\.mailbox))
        }
        let ids = list.map { JMAPID(MailboxKey(account: account, mailbox: $0)) }
        let page = try query.page(of: ids.count) { ids.firstIndex(of: $0) }
        return query.response(
            queryState: "\(clock.rawValue)", canCalculateChanges: true,
            position: page.isEmpty ? 0 : page.lowerBound, ids: Array(ids[page]), count: ids.count)
    }

    /// Exact where nothing has changed since; whoever missed something asks anew, which costs no more: the lists are short.
    static let queryChanges = JMAPMethod("Mailbox/queryChanges", .mail) { arguments, call in
        let changes = try JMAPQueryChangesCall(arguments, limits: call.limits)
        let account = try call.ownAccount(changes.accountID)
        let wanted = try MailboxQuery(changes.filter, changes.sort, arguments, account)
        let (clock, count) = try await call.services.store.read { transaction in
            let tree = try MailboxTree(of: account, in: transaction)
            return (try MailStore.clock(of: account, in: transaction), wanted.list(tree).count)
        }
        guard "\(clock.rawValue)" == changes.sinceQueryState else { throw JMAPMethodError.cannotCalculateChanges }
        return try changes.response(newQueryState: "\(clock.rawValue)", removed: [], added: [], count: count)
    }
}

extension JMAPID {
    /// A Mailbox's id: MAILBOXID (RFC 8474 §4).
    init(_ key: MailboxKey) { self.init(made: key.objectID) }
}
