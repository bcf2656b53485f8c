internal import JMAP
internal import JSON
internal import MailCore
internal import MailSettings
internal import Storage

/// The standard methods on objects that `MailSettings` keeps.
struct StoredObjects: Sendable {
    let kind: MailSettings.Kind
    /// All, `id` first.
    let properties: [String]

    /// The whole object that is kept under an id.
    static func object(_ stored: MailSettings.Object) -> JSONObject {
        var object: JSONObject = ["id": .string(stored.id)]
        if let kept = (try? JSONValue(parsing: stored.text))?.object { object = object.merging(kept) }
        return object
    }

    /// As it is kept.
    static func text(_ object: JSONObject) -> String {
        var kept = object
        kept["id"] = nil
        return JSONValue.object(kept).text
    }

    /// /get (RFC 8620 §5.1).
    ///
    /// - Parameter show: what a client sees of an object.
    func get(
        _ arguments: JMAPArguments, _ call: JMAPCall,
        show: (JSONObject) async throws -> JSONObject = { $0 }
    ) async throws -> JSONObject {
        let get = try JMAPGetCall(arguments, limits: call.limits)
        let account = try call.ownAccount(get.accountID)
        let wanted = try get.wanted(standard: properties) { properties.contains($0) }
        let (objects, state) = try await call.services.settings.list(kind, of: account)
        var list: [JSONObject] = []
        var notFound: [JMAPID] = []
        if let ids = get.ids {
            let byID = Dictionary(objects.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
            for id in ids {
                guard let object = byID[id.text] else {
                    notFound.append(id)
                    continue
                }
                list.append(try await show(Self.object(object)).only(wanted))
            }
        } else {
            guard objects.count <= call.limits.objectsInGetMax else { throw JMAPMethodError.requestTooLarge }
            for object in objects { list.append(try await show(Self.object(object)).only(wanted)) }
        }
        return get.response(state: "\(state)", list: list, notFound: notFound)
    }

    /// /changes (RFC 8620 §5.2).
    func changes(_ arguments: JMAPArguments, _ call: JMAPCall) async throws -> JSONObject {
        let changesCall = try JMAPChangesCall(arguments, limits: call.limits)
        let account = try call.ownAccount(changesCall.accountID)
        let changes = try await changes(
            of: account, since: changesCall.sinceState, limit: changesCall.changesMax, call)
        func ids(_ texts: [String]) -> [JMAPID] { texts.compactMap { JMAPID($0) } }
        return changesCall.response(
            JMAPChangesCall.Changes(
                newState: "\(changes.newState)", hasMore: changes.hasMore, created: ids(changes.created),
                updated: ids(changes.updated), destroyed: ids(changes.destroyed)))
    }

    func changes(
        of account: AccountID, since state: String, limit: Int, _ call: JMAPCall
    ) async throws -> MailSettings.Changes {
        guard let number = Int64(state), "\(number)" == state,
            let changes = try await call.services.settings.changes(kind, of: account, since: number, limit: limit)
        else { throw JMAPMethodError.cannotCalculateChanges }
        return changes
    }

    /// The state of all objects of the kind.
    func state(of account: AccountID, _ call: JMAPCall) async throws -> String {
        let kind = kind
        return "\(try await call.services.store.read { try MailSettings.state(kind, of: account, in: $0) })"
    }

    /// One object; nil when it is not there.
    func object(_ id: String, of account: AccountID, _ call: JMAPCall) async throws -> JSONObject? {
        let kind = kind
        return try await call.services.store.read {
            try MailSettings.object(id, kind, of: account, in: $0).map(Self.object)
        }
    }

    /// Makes an object.
    ///
    /// - Returns: its id.
    func create(_ object: JSONObject, of account: AccountID, _ call: JMAPCall) async throws -> JMAPID {
        let (kind, text) = (kind, Self.text(object))
        let made = try await call.services.store.change {
            try MailSettings.create(text, kind, of: account, in: $0)
        }
        return JMAPID(made: made.id)
    }

    /// Puts an object in its place.
    func put(_ id: String, _ object: JSONObject, of account: AccountID, _ call: JMAPCall) async throws {
        let (kind, text) = (kind, Self.text(object))
        try await call.services.store.change {
            _ = try MailSettings.put(id, text, kind, of: account, in: $0)
        }
    }

    /// Takes one away.
    func remove(_ id: String, of account: AccountID, _ call: JMAPCall) async throws -> Bool {
        let kind = kind
        return try await call.services.store.change { try MailSettings.remove(id, kind, of: account, in: $0) }
    }
}

extension JSONObject {
    /// Some of the members, in the order of the names.
    func only(_ names: [String]) -> JSONObject {
        var some = JSONObject()
        for name in names { some[name] = self[name] ?? .null }
        return some
    }
}

/// A /set whose records are made, changed and destroyed one after the other (RFC 8620 §5.3).
struct SetRunner {
    let set: JMAPSetCall
    private(set) var response: JMAPSetResponse

    init(_ set: JMAPSetCall, oldState: String) throws {
        self.set = set
        try set.check(oldState)
        response = JMAPSetResponse(set.accountID, oldState: oldState)
    }

    /// - Parameter body: makes a record; returns its id and the properties that the client did not give.
    mutating func create(
        _ call: inout JMAPCall, _ body: (JSONObject, inout JMAPCall) async throws -> (JMAPID, JSONObject)
    ) async throws {
        for (key, object) in set.create {
            do {
                let (id, facts) = try await body(object, &call)
                call.noteCreated(key, id)
                response.created.append((key, (["id": .string(id.text)] as JSONObject).merging(facts)))
            } catch let error as JMAPSetError {
                response.notCreated.append((key, error))
            }
        }
    }

    /// - Parameter body: changes a record; returns the properties that differ from what the client asked for.
    mutating func update(
        _ call: inout JMAPCall, _ body: (JMAPID, JMAPPatch, inout JMAPCall) async throws -> JSONObject?
    ) async throws {
        for (key, object) in set.update {
            do {
                guard let id = call.id(key) else { throw JMAPSetError(.notFound) }
                if set.destroy.contains(where: { call.id($0) == id }) { throw JMAPSetError(.willDestroy) }
                let facts = try await body(id, try JMAPPatch(object), &call)
                response.updated.append((id.text, facts))
            } catch let error as JMAPSetError {
                response.notUpdated.append((key, error))
            }
        }
    }

    /// - Parameter body: destroys a record.
    mutating func destroy(_ call: inout JMAPCall, _ body: (JMAPID, inout JMAPCall) async throws -> Void) async throws {
        for key in set.destroy {
            do {
                guard let id = call.id(key) else { throw JMAPSetError(.notFound) }
                try await body(id, &call)
                response.destroyed.append(id.text)
            } catch let error as JMAPSetError {
                response.notDestroyed.append((key, error))
            }
        }
    }

    /// The response.
    mutating func finish(newState: String) -> JSONObject {
        response.newState = newState
        return response.json
    }

    /// The response; clients that listen are told that records of a type have changed.
    mutating func finish(newState: String, of type: String, _ account: AccountID, _ call: JMAPCall) -> JSONObject {
        if newState != response.oldState { call.services.push.announce(type, state: newState, of: account) }
        return finish(newState: newState)
    }
}
