internal import JMAP
internal import JSON
internal import MailCore
internal import MailSearch

/// Email/query and Email/queryChanges (RFC 8621 §4.4, §4.5).
enum EmailQueryMethods {
    static let query = JMAPMethod("Email/query", .mail) { arguments, call in
        let query = try JMAPQueryCall(arguments, limits: call.limits)
        let account = try await call.mailAccount(query.accountID)
        let wanted = try await emailQuery(query.filter, query.sort, arguments, account, call)
        let list: EmailList
        do {
            list = try await call.services.search.list(wanted, of: account.id, try window(query))
        } catch EmailQueryFailure.anchorNotFound {
            throw JMAPMethodError.anchorNotFound
        }
        var response = query.response(
            queryState: "\(list.clock.rawValue)", canCalculateChanges: account.isOwn,
            // Behind the end nothing is, wherever that is asked for (RFC 8620 §5.5).
            position: list.emails.isEmpty ? 0 : list.position,
            ids: list.emails.map { JMAPID(made: $0.objectID) }, count: list.total)
        response["collapseThreads"] = .bool(wanted.collapse == .threads)
        return response
    }

    static let queryChanges = JMAPMethod("Email/queryChanges", .mail) { arguments, call in
        let changes = try JMAPQueryChangesCall(arguments, limits: call.limits)
        let account = try await call.mailAccount(changes.accountID)
        let wanted = try await emailQuery(changes.filter, changes.sort, arguments, account, call)
        // Which mailboxes of another's account the user may see has no history.
        guard account.isOwn, let tick = Int64(changes.sinceQueryState), tick >= 0, "\(tick)" == changes.sinceQueryState else {
            throw JMAPMethodError.cannotCalculateChanges
        }
        do {
            let told = try await call.services.search.changes(
                wanted, of: account.id, since: ModSeq(rawValue: tick),
                most: min(changes.changesMax ?? .max, call.limits.changesMax))
            var response = try changes.response(
                newQueryState: "\(told.clock.rawValue)", removed: told.removed.map { JMAPID(made: $0.objectID) },
                added: told.added.map { (JMAPID(made: $0.email.objectID), $0.index) }, count: told.total)
            response["collapseThreads"] = .bool(wanted.collapse == .threads)
            return response
        } catch EmailQueryFailure.cannotCalculateChanges {
            throw JMAPMethodError.cannotCalculateChanges
        } catch EmailQueryFailure.tooManyChanges {
            // Our own limit is no fault of the client's: it asks anew.
            throw changes.changesMax == nil ? JMAPMethodError.cannotCalculateChanges : .tooManyChanges
        }
    }

    private static func emailQuery(
        _ filter: JMAPFilter?, _ sort: [JMAPComparator], _ arguments: JMAPArguments, _ account: MailAccount,
        _ call: JMAPCall
    ) async throws -> EmailQuery {
        var wanted = try filter.map { try EmailFilter($0, account) } ?? .all
        if let visible = try await account.visible(call.services) { wanted = .and([.inAny(visible), wanted]) }
        return EmailQuery(
            wanted, sort: try sort.map(EmailComparator.init(_:)),
            collapse: try arguments.bool("collapseThreads", default: false) ? .threads : .none)
    }

    private static func window(_ query: JMAPQueryCall) throws -> EmailWindow {
        switch query.start {
        case .position(let position): return EmailWindow(.position(Int(position)), limit: query.limit)
        case .anchor(let id, let offset):
            guard let email = EmailID(objectID: id.text) else { throw EmailQueryFailure.anchorNotFound }
            return EmailWindow(.anchor(email, offset: Int(offset)), limit: query.limit)
        }
    }
}

extension EmailComparator {
    /// From a Comparator (RFC 8621 §4.4.2).
    init(_ comparator: JMAPComparator) throws(JMAPMethodError) {
        if let collation = comparator.collation, collation != JMAPCollations.casemap {
            throw .unsupportedSort("there is no collation \(collation)")
        }
        func keyword() throws(JMAPMethodError) -> EmailKeyword {
            EmailKeyword(try JMAPArguments(comparator.object).string("keyword"))
        }
        let property: Property =
            switch comparator.property {
            case "receivedAt": .receivedAt
            case "size": .size
            case "from": .from
            case "to": .to
            case "subject": .subject
            case "sentAt": .sentAt
            case "hasKeyword": .hasKeyword(try keyword())
            case "allInThreadHaveKeyword": .allInThreadHaveKeyword(try keyword())
            case "someInThreadHaveKeyword": .someInThreadHaveKeyword(try keyword())
            default: throw .unsupportedSort("e-mails are not sorted by \(comparator.property)")
            }
        self.init(property, comparator.direction == .ascending ? .ascending : .descending)
    }
}

/// Collations of RFC 4790 that queries sort by; the session object announces them (RFC 8620 §2).
package enum JMAPCollations {
    static let casemap = "i;unicode-casemap"
    /// All of them.
    package static let all = [casemap]
}
