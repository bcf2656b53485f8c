internal import JMAP
internal import JSON
internal import MailCore
internal import MailSettings
internal import SMTP

/// EmailSubmission/query and /queryChanges (RFC 8621 §7.3, §7.4).
enum SubmissionQuery {
    static func query(_ arguments: JMAPArguments, _ call: JMAPCall) async throws -> JSONObject {
        let query = try JMAPQueryCall(arguments, limits: call.limits)
        let account = try call.ownAccount(query.accountID)
        let (found, state) = try await results(query.filter, query.sort, account, call)
        let page = try query.page(of: found.count) { id in found.firstIndex(of: id) }
        return query.response(
            queryState: state, canCalculateChanges: true, position: page.lowerBound, ids: Array(found[page]),
            count: found.count)
    }

    static func queryChanges(_ arguments: JMAPArguments, _ call: JMAPCall) async throws -> JSONObject {
        let query = try JMAPQueryChangesCall(arguments, limits: call.limits)
        let account = try call.ownAccount(query.accountID)
        let (found, state) = try await results(query.filter, query.sort, account, call)
        let changes = try await SubmissionMethods.objects.changes(
            of: account, since: query.sinceQueryState, limit: call.limits.changesMax, call)
        guard !changes.hasMore else { throw JMAPMethodError.cannotCalculateChanges }
        let changed = Set(changes.created + changes.updated)
        let added = found.enumerated().filter { changed.contains($0.element.text) }.map {
            (id: $0.element, index: $0.offset)
        }
        return try query.response(
            newQueryState: state, removed: (changes.updated + changes.destroyed).compactMap { JMAPID($0) },
            added: added, count: found.count)
    }

    private static func results(
        _ filter: JMAPFilter?, _ sort: [JMAPComparator], _ account: AccountID, _ call: JMAPCall
    ) async throws -> (ids: [JMAPID], state: String) {
        let (stored, state) = try await call.services.settings.list(.submission, of: account)
        var objects = stored.map(StoredObjects.object)
        if let filter { objects = try objects.filter { try matches($0, filter) } }
        for comparator in sort.reversed() { try order(&objects, by: comparator) }
        return (objects.compactMap { $0["id"]?.string.flatMap { JMAPID($0) } }, "\(state)")
    }

    private static func matches(_ object: JSONObject, _ filter: JMAPFilter) throws -> Bool {
        switch filter {
        case .and(let filters): return try filters.allSatisfy { try matches(object, $0) }
        case .or(let filters): return try filters.contains { try matches(object, $0) }
        case .not(let filters): return try !filters.contains { try matches(object, $0) }
        case .condition(let condition):
            return try condition.members.allSatisfy { try holds($0.key, $0.value, of: object) }
        }
    }

    private static func holds(_ name: String, _ value: JSONValue, of object: JSONObject) throws -> Bool {
        let sendAt = object["sendAt"]?.integer ?? 0
        switch (name, value) {
        case ("identityIds", .array(let ids)): return ids.contains(object["identityId"] ?? .null)
        case ("emailIds", .array(let ids)): return ids.contains(object["emailId"] ?? .null)
        case ("threadIds", .array(let ids)): return ids.contains(object["threadId"] ?? .null)
        case ("undoStatus", .string): return object["undoStatus"] == value
        case ("before", .string(let text)): return sendAt < (try seconds(text))
        case ("after", .string(let text)): return sendAt >= (try seconds(text))
        case (_, .null): return true
        default: throw JMAPMethodError.unsupportedFilter("\(name) is no property to filter by, or of another type")
        }
    }

    private static func seconds(_ text: String) throws -> Int64 {
        guard let seconds = UTCDateTime.parse(ArraySlice(text.utf8)) else {
            throw JMAPMethodError.invalidArguments("\(text) is no UTCDate")
        }
        return seconds
    }

    /// A stable sort: of equals the earlier comparator's order stays.
    private static func order(_ objects: inout [JSONObject], by comparator: JMAPComparator) throws {
        let precedes: (JSONObject, JSONObject) -> Bool
        switch comparator.property {
        case "emailId", "threadId":
            let name = comparator.property
            precedes = { ($0[name]?.string ?? "") < ($1[name]?.string ?? "") }
        // RFC 8621 §7.3 calls it sentAt, its erratum sendAt.
        case "sentAt", "sendAt": precedes = { ($0["sendAt"]?.integer ?? 0) < ($1["sendAt"]?.integer ?? 0) }
        default: throw JMAPMethodError.unsupportedSort(comparator.property)
        }
        let isAscending = comparator.direction == .ascending
        objects = objects.enumerated().sorted { left, right in
            if precedes(left.element, right.element) { return isAscending }
            if precedes(right.element, left.element) { return !isAscending }
            return left.offset < right.offset
        }.map(\.element)
    }
}
