package import JSON

/// The arguments of a /changes (RFC 8620 §5.2).
package struct JMAPChangesCall: Sendable {
    package let accountID: JMAPID
    package let sinceState: String
    /// At most so many ids are told, ours or the client's limit.
    package let changesMax: Int

    package init(_ arguments: JMAPArguments, limits: JMAPLimits) throws(JMAPMethodError) {
        accountID = try arguments.id("accountId")
        sinceState = try arguments.string("sinceState")
        let most = try arguments.optionalUnsigned("maxChanges")
        if most == 0 { throw .invalidArguments("maxChanges is greater than 0") }
        changesMax = min(Int(most ?? Int64.max), limits.changesMax)
    }

    /// What became of records since a state, each in at most one list.
    package struct Changes: Sendable {
        package var newState: String
        /// Whether more is to be told from `newState` on.
        package var hasMore: Bool
        package var created: [JMAPID]
        package var updated: [JMAPID]
        package var destroyed: [JMAPID]

        package init(
            newState: String, hasMore: Bool = false, created: [JMAPID] = [], updated: [JMAPID] = [],
            destroyed: [JMAPID] = []
        ) {
            self.newState = newState
            self.hasMore = hasMore
            self.created = created
            self.updated = updated
            self.destroyed = destroyed
        }
    }

    /// The response.
    package func response(_ changes: Changes) -> JSONObject {
        [
            "accountId": .string(accountID.text), "oldState": .string(sinceState),
            "newState": .string(changes.newState), "hasMoreChanges": .bool(changes.hasMore),
            "created": .array(changes.created.map { .string($0.text) }),
            "updated": .array(changes.updated.map { .string($0.text) }),
            "destroyed": .array(changes.destroyed.map { .string($0.text) }),
        ]
    }
}
