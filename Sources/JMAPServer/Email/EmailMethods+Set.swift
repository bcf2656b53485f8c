internal import InternetMessage
internal import JMAP
internal import JSON
internal import MailCore
internal import MailStore
internal import Storage

/// Emails are made, changed and destroyed.
extension EmailMethods {
    /// RFC 8621 §4.6.
    static let set = JMAPMethod("Email/set", .mail) { arguments, call in
        let request = try JMAPSetCall(arguments, limits: call.limits)
        let account = try await call.mailAccount(request.accountID)
        let state = try await account.state(call.services)
        try request.check(state)
        var setting = EmailSetting(
            account: account, services: call.services,
            response: JMAPSetResponse(request.accountID, oldState: state))
        try await setting.create(request.create, &call)
        // Who destroys an Email need not change it before (RFC 8620 §5.3).
        let doomed = Set(request.destroy.compactMap { call.id($0)?.text })
        let willGo = request.update.filter { update in call.id(update.key).map { doomed.contains($0.text) } ?? false }
        setting.response.notUpdated += willGo.map { ($0.key, JMAPSetError(.willDestroy)) }
        try await setting.update(
            request.update.filter { update in !willGo.contains { $0.key == update.key } }, call)
        try await setting.destroy(request.destroy, call)
        setting.response.newState = try await account.state(call.services)
        return setting.response.json
    }

    /// RFC 8621 §4.7. An account that has the message already says so: a copy has its number.
    static let copy = JMAPMethod("Email/copy", .mail) { arguments, call in
        let request = try JMAPCopyCall(arguments, limits: call.limits)
        let source: MailAccount
        do {
            source = try await call.mailAccount(request.fromAccountID)
        } catch JMAPMethodError.accountNotFound {
            throw JMAPMethodError.fromAccountNotFound
        }
        let target = try await call.mailAccount(request.accountID)
        if let wanted = request.ifFromInState, wanted != (try await source.state(call.services)) {
            throw JMAPMethodError.stateMismatch
        }
        let state = try await target.state(call.services)
        if let wanted = request.ifInState, wanted != state { throw JMAPMethodError.stateMismatch }
        var copying = EmailCopying(source: source, target: target, services: call.services)
        try await copying.run(request.create, &call)
        var response: JSONObject = [
            "fromAccountId": .string(request.fromAccountID.text), "accountId": .string(request.accountID.text),
            "oldState": .string(state), "newState": .string(try await target.state(call.services)),
        ]
        response["created"] = map(copying.created) { .object($0) }
        response["notCreated"] = map(copying.notCreated) { $0.json }
        if case .destroyed(let expected) = request.originals, !copying.copied.isEmpty {
            var destroy: JSONObject = [
                "accountId": .string(request.fromAccountID.text),
                "destroy": .array(copying.copied.map { .string($0.objectID) }),
            ]
            if let expected { destroy["ifInState"] = .string(expected) }
            try await call.imply(set, destroy)
        }
        return response
    }

    /// RFC 8621 §4.8.
    static let importing = JMAPMethod("Email/import", .mail) { arguments, call in
        let id = try arguments.id("accountId")
        let account = try await call.mailAccount(id)
        let state = try await account.state(call.services)
        if let wanted = try arguments.optionalString("ifInState"), wanted != state {
            throw JMAPMethodError.stateMismatch
        }
        let emails = try arguments.objects("emails")
        guard emails.count <= call.limits.objectsInSetMax else { throw JMAPMethodError.requestTooLarge }
        var created: [(key: String, object: JSONObject)] = []
        var notCreated: [(key: String, error: JMAPSetError)] = []
        let importer = EmailImport(
            writing: EmailWriting(account: account, services: call.services, user: call.user))
        for (key, object) in emails {
            do {
                let filed = try await importer.file(object, call)
                call.noteCreated(key, filed.id)
                created.append((key, filed.object))
            } catch {
                notCreated.append((key, try JMAPSetError(email: error)))
            }
        }
        return [
            "accountId": .string(id.text), "oldState": .string(state),
            "newState": .string(try await account.state(call.services)),
            "created": map(created) { .object($0) }, "notCreated": map(notCreated) { $0.json },
        ]
    }

    /// RFC 8621 §4.9.
    static let parse = JMAPMethod("Email/parse", .mail) { arguments, call in
        let id = try arguments.id("accountId")
        let account = try await call.mailAccount(id)
        guard let ids = try arguments.optionalIDs("blobIds") else {
            throw JMAPMethodError.invalidArguments("blobIds is missing")
        }
        guard ids.count <= call.limits.objectsInGetMax else { throw JMAPMethodError.requestTooLarge }
        let names = try arguments.optionalStrings("properties") ?? EmailParsing.standard
        let parsing = EmailParsing(
            selection: try EmailSelection(names, arguments),
            writing: EmailWriting(account: account, services: call.services, user: call.user))
        var parsed = JSONObject()
        var notParsable: [JSONValue] = []
        var notFound: [JSONValue] = []
        var room = call.limits.responseOctetsMax
        for id in Set(ids).sorted() {
            switch try await parsing.parse(id, call.limits) {
            case .notFound: notFound.append(.string(id.text))
            case .notParsable: notParsable.append(.string(id.text))
            case .parsed(let object):
                room -= JSONValue.object(object).octets.count
                guard room >= 0 else { throw JMAPMethodError.requestTooLarge }
                parsed[id.text] = .object(object)
            }
        }
        return [
            "accountId": .string(id.text), "parsed": parsed.isEmpty ? .null : .object(parsed),
            "notParsable": notParsable.isEmpty ? .null : .array(notParsable),
            "notFound": notFound.isEmpty ? .null : .array(notFound),
        ]
    }

    private static func map<Value>(_ entries: [(key: String, Value)], _ body: (Value) -> JSONValue) -> JSONValue {
        entries.isEmpty ? .null : .object(JSONObject(entries.map { ($0.key, body($0.1)) }))
    }
}
