internal import JMAP
internal import JSON
internal import MailCore
internal import MailStore
internal import Storage

/// Thread/get and /changes (RFC 8621 §3).
enum ThreadMethods {
    static let methods: [JMAPMethod] = [get, changes]

    /// RFC 8621 §3.1. Without ids there are too many to tell (RFC 8620 §5.1).
    static let get = JMAPMethod("Thread/get", .mail) { arguments, call in
        let request = try JMAPGetCall(arguments, limits: call.limits)
        let properties = try request.wanted(standard: ["id", "emailIds"]) { ["id", "emailIds"].contains($0) }
        let account = try await call.mailAccount(request.accountID)
        guard let ids = request.ids else { throw JMAPMethodError.requestTooLarge }
        let (state, found) = try await call.services.store.read { transaction in
            let visible = try account.visible(in: transaction)
            var found: [(id: JMAPID, emails: [EmailID])] = []
            for id in ids {
                guard let thread = ThreadID(objectID: id.text) else { continue }
                let emails = try MailStore.emails(
                    inThread: thread, of: account.id, within: visible, in: transaction)
                if !emails.isEmpty { found.append((id, emails)) }
            }
            return (try account.state(in: transaction), found)
        }
        let list = found.map { thread in
            var object: JSONObject = ["id": .string(thread.id.text)]
            if properties.contains("emailIds") {
                object["emailIds"] = .array(thread.emails.map { .string($0.objectID) })
            }
            return object
        }
        let known = Set(found.map(\.id))
        return request.response(state: state, list: list, notFound: ids.filter { !known.contains($0) })
    }

    /// RFC 8621 §3.2.
    static let changes = JMAPMethod("Thread/changes", .mail) { arguments, call in
        let request = try JMAPChangesCall(arguments, limits: call.limits)
        let account = try await call.mailAccount(request.accountID)
        guard let since = ChangePoint(request.sinceState) else { throw JMAPMethodError.cannotCalculateChanges }
        let limits = call.services.mailStore.limits
        let history = try await call.services.store.read { transaction in
            try MailStore.threadChanges(
                since: since, most: request.changesMax, account.id, limits, in: transaction)
        }
        guard case .known(let changes) = history else { throw JMAPMethodError.cannotCalculateChanges }
        return request.response(JMAPChangesCall.Changes(changes) { JMAPID($0) })
    }
}
