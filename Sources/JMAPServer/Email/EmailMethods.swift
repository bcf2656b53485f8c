internal import JMAP
internal import JSON
internal import MailCore
internal import MailStore
internal import Storage

/// Email/get, /changes, /set, /copy, /import and /parse (RFC 8621 §4).
enum EmailMethods {
    static let methods: [JMAPMethod] = [get, changes, set, copy, importing, parse]

    /// RFC 8621 §4.2. Without ids there are too many to tell (RFC 8620 §5.1).
    static let get = JMAPMethod("Email/get", .mail) { arguments, call in
        let request = try JMAPGetCall(arguments, limits: call.limits)
        let names = try request.wanted(standard: EmailProperty.standard) { EmailProperty($0) != nil }
        let selection = try EmailSelection(names, arguments)
        let account = try await call.mailAccount(request.accountID)
        guard let ids = request.ids else { throw JMAPMethodError.requestTooLarge }
        let objects = EmailObjects(account: account, selection: selection, store: call.services.store)
        let octetsMax = call.limits.responseOctetsMax
        let (state, found) = try await call.services.store.read { transaction in
            let visible = try account.visible(in: transaction)
            var found: [JMAPID: JSONObject] = [:]
            var octets = 0
            for id in ids {
                guard let email = EmailID(objectID: id.text) else { continue }
                guard let object = try objects.object(email, visible, transaction) else { continue }
                if selection.source == .message { octets += JSONValue.object(object).octets.count }
                guard octets <= octetsMax else { throw JMAPMethodError.requestTooLarge }
                found[id] = object
            }
            return (try account.state(in: transaction), found)
        }
        return request.response(
            state: state, list: ids.compactMap { found[$0] }, notFound: ids.filter { found[$0] == nil })
    }

    /// RFC 8621 §4.3.
    static let changes = JMAPMethod("Email/changes", .mail) { arguments, call in
        let request = try JMAPChangesCall(arguments, limits: call.limits)
        let account = try await call.mailAccount(request.accountID)
        guard let since = ChangePoint(request.sinceState) else { throw JMAPMethodError.cannotCalculateChanges }
        let limits = call.services.mailStore.limits
        let history = try await call.services.store.read { transaction -> AccountHistory<EmailID> in
            let history = try MailStore.emailChanges(
                since: since, most: request.changesMax, account.id, limits, in: transaction)
            guard case .known(var changes) = history, let visible = try account.visible(in: transaction) else {
                return history
            }
            // What is in mailboxes that are not shared is not there.
            for list in [\ChangeSet<EmailID>.created, \ChangeSet<EmailID>.updated] {
                let hidden = try changes[keyPath: list].filter {
                    try MailStore.email($0, of: account.id, within: visible, in: transaction) == nil
                }
                changes[keyPath: list].removeAll { hidden.contains($0) }
                changes.destroyed += hidden
            }
            return .known(changes)
        }
        guard case .known(let changes) = history else { throw JMAPMethodError.cannotCalculateChanges }
        return request.response(JMAPChangesCall.Changes(changes) { JMAPID($0) })
    }
}
