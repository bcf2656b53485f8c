package import JSON

/// The arguments of a /query (RFC 8620 §5.5).
package struct JMAPQueryCall: Sendable {
    /// Where the page begins.
    package enum Start: Hashable, Sendable {
        /// From the first result, or from the end when negative.
        case position(Int64)
        /// So far behind a record.
        case anchor(JMAPID, offset: Int64)
    }

    /// Whether the client wants to know how many results there are.
    package enum Total: Sendable { case wanted, unwanted }

    package let accountID: JMAPID
    package let filter: JMAPFilter?
    package let sort: [JMAPComparator]
    package let start: Start
    /// At most so many results, ours or the client's limit.
    package let limit: Int
    /// Our limit, where it is the smaller one: the response tells it.
    package let imposedLimit: Int?
    package let total: Total
    package let arguments: JMAPArguments

    package init(_ arguments: JMAPArguments, limits: JMAPLimits) throws(JMAPMethodError) {
        self.arguments = arguments
        accountID = try arguments.id("accountId")
        filter = try JMAPFilter(arguments.value("filter"), limits: limits)
        sort = try JMAPComparator.list(arguments)
        if let anchor = try arguments.optionalID("anchor") {
            start = .anchor(anchor, offset: try arguments.optionalInteger("anchorOffset") ?? 0)
        } else {
            start = .position(try arguments.optionalInteger("position") ?? 0)
        }
        let wanted = try arguments.optionalUnsigned("limit")
        limit = min(Int(wanted ?? Int64.max), limits.queryResultsMax)
        imposedLimit = (wanted.map { $0 > Int64(limits.queryResultsMax) } ?? true) ? limits.queryResultsMax : nil
        total = try arguments.bool("calculateTotal", default: false) ? .wanted : .unwanted
    }

    /// The page among `count` results.
    ///
    /// - Parameter indexOf: where a record stands among them; nil: `anchorNotFound`.
    package func page(
        of count: Int, indexOf: (JMAPID) -> Int?
    ) throws(JMAPMethodError) -> Range<Int> {
        let first: Int
        switch start {
        case .position(let position):
            first = position < 0 ? max(0, count + Int(position)) : Int(position)
        case .anchor(let id, let offset):
            guard let index = indexOf(id) else { throw .anchorNotFound }
            first = max(0, index + Int(offset))
        }
        guard first < count else { return count..<count }
        return first..<min(count, first + limit)
    }

    /// The response.
    ///
    /// - Parameter count: the results in all, when they were counted.
    package func response(
        queryState: String, canCalculateChanges: Bool, position: Int, ids: [JMAPID], count: Int?
    ) -> JSONObject {
        var object: JSONObject = [
            "accountId": .string(accountID.text), "queryState": .string(queryState),
            "canCalculateChanges": .bool(canCalculateChanges), "position": .integer(Int64(position)),
            "ids": .array(ids.map { .string($0.text) }),
        ]
        if total == .wanted, let count { object["total"] = .integer(Int64(count)) }
        if let imposedLimit, ids.count == imposedLimit { object["limit"] = .integer(Int64(imposedLimit)) }
        return object
    }
}

/// The arguments of a /queryChanges (RFC 8620 §5.6).
package struct JMAPQueryChangesCall: Sendable {
    package let accountID: JMAPID
    package let filter: JMAPFilter?
    package let sort: [JMAPComparator]
    package let sinceQueryState: String
    /// More is `tooManyChanges`.
    package let changesMax: Int?
    /// What comes behind it the client does not have.
    package let upToID: JMAPID?
    package let total: JMAPQueryCall.Total
    package let arguments: JMAPArguments

    package init(_ arguments: JMAPArguments, limits: JMAPLimits) throws(JMAPMethodError) {
        self.arguments = arguments
        accountID = try arguments.id("accountId")
        filter = try JMAPFilter(arguments.value("filter"), limits: limits)
        sort = try JMAPComparator.list(arguments)
        sinceQueryState = try arguments.string("sinceQueryState")
        let most = try arguments.optionalUnsigned("maxChanges")
        if most == 0 { throw .invalidArguments("maxChanges is greater than 0") }
        changesMax = most.map { Int($0) }
        upToID = try arguments.optionalID("upToId")
        total = try arguments.bool("calculateTotal", default: false) ? .wanted : .unwanted
    }

    /// The response.
    package func response(
        newQueryState: String, removed: [JMAPID], added: [(id: JMAPID, index: Int)], count: Int?
    ) throws(JMAPMethodError) -> JSONObject {
        if let changesMax, removed.count + added.count > changesMax { throw .tooManyChanges }
        var object: JSONObject = [
            "accountId": .string(accountID.text), "oldQueryState": .string(sinceQueryState),
            "newQueryState": .string(newQueryState), "removed": .array(removed.map { .string($0.text) }),
            "added": .array(
                added.map { .object(["id": .string($0.id.text), "index": .integer(Int64($0.index))]) }),
        ]
        if total == .wanted, let count { object["total"] = .integer(Int64(count)) }
        return object
    }
}
