internal import Directory
internal import JMAP
internal import JSON
internal import MailCore
internal import MailStore
internal import Storage

/// Quota/get, Quota/changes, Quota/query and Quota/queryChanges (RFC 9425).
package enum QuotaMethods {
    /// All of them.
    static let methods: [JMAPMethod] = [get, changes, query, queryChanges]

    private static let properties = [
        "id", "resourceType", "used", "hardLimit", "scope", "name", "types", "description", "warnLimit", "softLimit",
    ]

    private static let get = JMAPMethod("Quota/get", .quota) { arguments, call in
        let get = try JMAPGetCall(arguments, limits: call.limits)
        let account = try call.ownAccount(get.accountID)
        let wanted = Set(try get.wanted(standard: properties) { properties.contains($0) })
        let quota = try await StorageQuota.read(account, call.services.store)
        var list: [JSONObject] = []
        var missing: [JMAPID] = []
        for id in get.ids ?? [StorageQuota.id] {
            if id == StorageQuota.id, let quota {
                list.append(
                    JSONObject(quota.json.members.filter { wanted.contains($0.key) }.map { ($0.key, $0.value) }))
            } else if get.ids != nil {
                missing.append(id)
            }
        }
        return get.response(state: StorageQuota.state(quota), list: list, notFound: missing)
    }

    /// The state tells what the client knows, so that nothing has to be remembered.
    private static let changes = JMAPMethod("Quota/changes", .quota) { arguments, call in
        let asked = try JMAPChangesCall(arguments, limits: call.limits)
        let account = try call.ownAccount(asked.accountID)
        let now = try await StorageQuota.read(account, call.services.store)
        guard let before = StorageQuota.Known(state: asked.sinceState) else {
            throw JMAPMethodError.cannotCalculateChanges
        }
        var changes = JMAPChangesCall.Changes(newState: StorageQuota.state(now))
        var updated: JSONValue = .null
        switch (before, now) {
        case (.none, nil): break
        case (.none, .some): changes.created = [StorageQuota.id]
        case (.some, nil): changes.destroyed = [StorageQuota.id]
        case (.some(let old), let new?):
            if old != new { changes.updated = [StorageQuota.id] }
            if old != new, old.limit == new.limit { updated = ["used"] }
        }
        return asked.response(changes).merging(["updatedProperties": updated])
    }

    private static let query = JMAPMethod("Quota/query", .quota) { arguments, call in
        let query = try JMAPQueryCall(arguments, limits: call.limits)
        let account = try call.ownAccount(query.accountID)
        for comparator in query.sort where comparator.property != "name" && comparator.property != "used" {
            throw JMAPMethodError.unsupportedSort("quotas are not sorted by \(comparator.property)")
        }
        let quota = try await StorageQuota.read(account, call.services.store)
        let fits = try query.filter.map { try StorageQuota.fits($0) } ?? true
        let ids = quota != nil && fits ? [StorageQuota.id] : []
        let page = try query.page(of: ids.count) { ids.firstIndex(of: $0) }
        return query.response(
            queryState: StorageQuota.state(quota), canCalculateChanges: false,
            position: page.isEmpty ? 0 : page.lowerBound,
            ids: Array(ids[page]), count: ids.count)
    }

    private static let queryChanges = JMAPMethod("Quota/queryChanges", .quota) { arguments, call in
        let changes = try JMAPQueryChangesCall(arguments, limits: call.limits)
        _ = try call.ownAccount(changes.accountID)
        throw JMAPMethodError.cannotCalculateChanges
    }
}
