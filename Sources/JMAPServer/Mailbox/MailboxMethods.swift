internal import JMAP
internal import JSON
internal import MailCore
internal import MailStore
internal import Storage

/// Mailbox/get, /changes and /set (RFC 8621 §2).
enum MailboxMethods {
    static let methods: [JMAPMethod] = [get, changes, set]

    /// RFC 8621 §2.1.
    static let get = JMAPMethod("Mailbox/get", .mail) { arguments, call in
        let request = try JMAPGetCall(arguments, limits: call.limits)
        let wanted = try request.wanted(standard: MailboxProperty.names) { MailboxProperty(rawValue: $0) != nil }
        let properties = wanted.compactMap(MailboxProperty.init(rawValue:))
        let account = try await call.mailAccount(request.accountID)
        let mailStore = call.services.mailStore
        let (state, list) = try await call.services.store.read { transaction in
            (
                try account.state(in: transaction),
                try MailboxList(account, properties, mailStore, transaction).objects(properties)
            )
        }
        guard let ids = request.ids else {
            return request.response(state: state, list: list.map(\.object), notFound: [])
        }
        let known = Dictionary(uniqueKeysWithValues: list.map { ($0.id, $0.object) })
        return request.response(
            state: state, list: ids.compactMap { known[$0] }, notFound: ids.filter { known[$0] == nil })
    }

    /// RFC 8621 §2.2.
    static let changes = JMAPMethod("Mailbox/changes", .mail) { arguments, call in
        let request = try JMAPChangesCall(arguments, limits: call.limits)
        let account = try await call.mailAccount(request.accountID)
        guard let since = ChangePoint(request.sinceState) else { throw JMAPMethodError.cannotCalculateChanges }
        let mailStore = call.services.mailStore
        let (history, countsAlone) = try await call.services.store.read { transaction in
            try MailStore.mailboxChanges(
                since: since, most: request.changesMax, account.id,
                try mailStore.counts(of: account.id, in: transaction), in: transaction)
        }
        guard case .known(let changes) = history else { throw JMAPMethodError.cannotCalculateChanges }
        var response = request.response(JMAPChangesCall.Changes(changes) { account.id(of: $0) })
        let areCounts = !changes.updated.isEmpty && changes.updated.allSatisfy(countsAlone.contains)
        response["updatedProperties"] =
            areCounts ? .array(MailboxProperty.counts.map { .string($0.rawValue) }) : .null
        return response
    }

    /// RFC 8621 §2.5.
    static let set = JMAPMethod("Mailbox/set", .mail) { arguments, call in
        let request = try JMAPSetCall(arguments, limits: call.limits)
        let account = try await call.mailAccount(request.accountID)
        let removes = try arguments.bool("onDestroyRemoveEmails", default: false)
        let state = try await account.state(call.services)
        try request.check(state)
        var setting = MailboxSetting(
            account: account, services: call.services, messages: removes ? .removed : .none,
            response: JMAPSetResponse(request.accountID, oldState: state))
        try await setting.create(request.create, &call)
        try await setting.update(request.update, call)
        try await setting.destroy(request.destroy, call)
        setting.response.newState = try await account.state(call.services)
        return setting.response.json
    }
}

extension JMAPChangesCall.Changes {
    /// What the store says, by its ids.
    init<ID>(_ changes: ChangeSet<ID>, _ name: (ID) -> JMAPID) {
        self.init(
            newState: "\(changes.reached)", hasMore: changes.rest == .more, created: changes.created.map(name),
            updated: changes.updated.map(name), destroyed: changes.destroyed.map(name))
    }
}
