package import JSON

/// The arguments of a /set (RFC 8620 §5.3).
package struct JMAPSetCall: Sendable {
    package let accountID: JMAPID
    package let ifInState: String?
    /// Creation ids with records.
    package let create: [(key: String, object: JSONObject)]
    /// Ids, or creation ids behind `#`, with patches.
    package let update: [(key: String, object: JSONObject)]
    /// Ids, or creation ids behind `#`.
    package let destroy: [String]
    package let arguments: JMAPArguments

    package init(_ arguments: JMAPArguments, limits: JMAPLimits) throws(JMAPMethodError) {
        self.arguments = arguments
        accountID = try arguments.id("accountId")
        ifInState = try arguments.optionalString("ifInState")
        create = try arguments.objects("create")
        update = try arguments.objects("update")
        destroy = try arguments.optionalStrings("destroy") ?? []
        guard create.count + update.count + destroy.count <= limits.objectsInSetMax else { throw .requestTooLarge }
    }

    /// Goes on only when the client knows the state.
    package func check(_ state: String) throws(JMAPMethodError) {
        if let ifInState, ifInState != state { throw .stateMismatch }
    }
}

/// The response to a /set.
package struct JMAPSetResponse: Sendable {
    package var accountID: JMAPID
    package var oldState: String?
    package var newState: String
    /// With the properties that the client did not give.
    package var created: [(key: String, object: JSONObject)] = []
    /// With the properties that differ from what the client asked for; nil when none does.
    package var updated: [(key: String, object: JSONObject?)] = []
    package var destroyed: [String] = []
    package var notCreated: [(key: String, error: JMAPSetError)] = []
    package var notUpdated: [(key: String, error: JMAPSetError)] = []
    package var notDestroyed: [(key: String, error: JMAPSetError)] = []

    package init(_ accountID: JMAPID, oldState: String?) {
        self.accountID = accountID
        self.oldState = oldState
        newState = oldState ?? ""
    }

    package var json: JSONObject {
        [
            "accountId": .string(accountID.text), "oldState": oldState.map { .string($0) } ?? .null,
            "newState": .string(newState),
            "created": map(created) { .object($0) },
            "updated": map(updated) { object in object.map { .object($0) } ?? .null },
            "destroyed": destroyed.isEmpty ? .null : .array(destroyed.map { .string($0) }),
            "notCreated": map(notCreated) { $0.json },
            "notUpdated": map(notUpdated) { $0.json },
            "notDestroyed": map(notDestroyed) { $0.json },
        ]
    }

    private func map<Value>(_ entries: [(String, Value)], _ body: (Value) -> JSONValue) -> JSONValue {
        entries.isEmpty ? .null : .object(JSONObject(entries.map { ($0.0, body($0.1)) }))
    }
}
