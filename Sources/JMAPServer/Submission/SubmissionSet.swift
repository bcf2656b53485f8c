internal import Directory
internal import JMAP
internal import JSON
internal import MailCore
internal import MailQueue
internal import MailSettings
internal import SMTP
internal import Storage

/// EmailSubmission/set (RFC 8621 §7.5): sends, cancels, forgets; then changes or destroys the Emails.
struct SubmissionSet {
    private static var objects: StoredObjects { SubmissionMethods.objects }
    private let account: AccountID
    /// The Email of each submission that was made, changed or destroyed.
    private var emails: [String: String] = [:]

    private init(_ account: AccountID) {
        self.account = account
    }

    static func run(_ arguments: JMAPArguments, _ call: inout JMAPCall) async throws -> JSONObject {
        let set = try JMAPSetCall(arguments, limits: call.limits)
        let account = try call.ownAccount(set.accountID)
        let updates = try arguments.objects("onSuccessUpdateEmail")
        let destroys = try arguments.optionalStrings("onSuccessDestroyEmail") ?? []
        try await IdentityMethods.ensureDefaults(account, call)
        var runner = try SetRunner(set, oldState: try await objects.state(of: account, call))
        var work = SubmissionSet(account)
        try await runner.create(&call) { object, call in try await work.create(object, &call) }
        try await runner.update(&call) { id, patch, call in
            try await work.update(id, patch, call)
            return nil
        }
        try await runner.destroy(&call) { id, call in
            guard let there = try await objects.object(id.text, of: account, call) else {
                throw JMAPSetError(.notFound)
            }
            work.emails[id.text] = there["emailId"]?.string
            _ = try await objects.remove(id.text, of: account, call)
        }
        let response = runner.finish(
            newState: try await objects.state(of: account, call), of: "EmailSubmission", account, call)
        try await work.changeEmails(set.accountID, updates, destroys, &call)
        return response
    }

    // MARK: Sending

    private mutating func create(
        _ given: JSONObject, _ call: inout JMAPCall
    ) async throws -> (JMAPID, JSONObject) {
        let settable: Set<String> = ["identityId", "emailId", "envelope"]
        let unknown = given.names.filter { !settable.contains($0) }
        guard unknown.isEmpty else { throw JMAPSetError.invalid(unknown) }
        let submitter = MessageSubmitter(services: call.services, login: call.user.account)
        let identity = try await identity(given, call)
        guard let emailID = given["emailId"]?.string.flatMap({ call.id($0) }),
            let email = EmailID(objectID: emailID.text)
        else { throw JMAPSetError.invalid(["emailId"]) }
        guard let (content, thread) = try await submitter.message(email) else {
            throw JMAPSetError.invalid(["emailId"], "there is no such Email")
        }
        guard content.count <= call.services.sending.messageOctetsMax else {
            throw JMAPSetError(.tooLarge, nil, ["maxSize": .integer(call.services.sending.messageOctetsMax)])
        }
        let people = try await submitter.people(of: content)
        let envelope = try await envelope(given, people, identity.address, call)
        let plan = try await submitter.plan(envelope)
        let sendAt = envelope.parameters.holdUntil ?? call.services.now()
        let outgoing = call.services.store.reserveEmailID()
        var kept: JSONObject = [
            "identityId": .string(identity.id), "emailId": .string(emailID.text),
            "threadId": .string(thread.objectID), "envelope": .object(envelope.json), "sendAt": .integer(sendAt),
            "undoStatus": .string(envelope.parameters.holdUntil == nil ? "final" : "pending"),
            "queueId": .integer(outgoing.rawValue), "isSending": true,
        ]
        let id = try await write(kept, call)
        do {
            _ = try await submitter.send(content, as: outgoing, plan)
        } catch {
            _ = try await Self.objects.remove(id.text, of: account, call)
            throw error
        }
        kept["isSending"] = nil
        try await Self.objects.put(id.text, kept, of: account, call)
        try? await KnownAddresses.note(people, envelope, of: account, call)
        emails[id.text] = emailID.text
        return (id, facts(kept, given))
    }

    private func identity(_ given: JSONObject, _ call: JMAPCall) async throws -> (id: String, address: EmailAddress) {
        guard let id = given["identityId"]?.string.flatMap({ call.id($0) }),
            let object = try await IdentityMethods.objects.object(id.text, of: account, call),
            let address = object["email"]?.string.flatMap({ EmailAddress($0) })
        else { throw JMAPSetError.invalid(["identityId"], "there is no such Identity") }
        return (id.text, address)
    }

    private func envelope(
        _ given: JSONObject, _ people: MessagePeople, _ identity: EmailAddress, _ call: JMAPCall
    ) async throws -> SubmissionEnvelope {
        let services = call.services
        if let written = given["envelope"], written != .null {
            guard let object = written.object else { throw JMAPSetError.invalid(["envelope"]) }
            return try SubmissionEnvelope(object, at: services.now(), services.sending)
        }
        return try await SubmissionEnvelope(
            people, identity: identity, mayUse: { try await services.directory.mayUse($0, account) }, services.sending)
    }

    /// Before the message goes out: a crash must not leave one that nobody knows of.
    private func write(_ kept: JSONObject, _ call: JMAPCall) async throws -> JMAPID {
        let (account, text) = (account, StoredObjects.text(kept))
        let made = try await call.services.store.change { transaction in
            try SubmissionMethods.makeRoom(account, in: transaction)
            return try MailSettings.create(text, .submission, of: account, in: transaction)
        }
        return JMAPID(made: made.id)
    }

    /// What the client did not give.
    private func facts(_ kept: JSONObject, _ given: JSONObject) -> JSONObject {
        var facts: JSONObject = [
            "threadId": kept["threadId"] ?? .null, "undoStatus": kept["undoStatus"] ?? .null,
            "sendAt": .string(UTCDateTime.write(kept["sendAt"]?.integer ?? 0)),
        ]
        if given["envelope"] == nil || given["envelope"] == .null { facts["envelope"] = kept["envelope"] }
        return facts
    }

    // MARK: Taking back

    private mutating func update(_ id: JMAPID, _ patch: JMAPPatch, _ call: JMAPCall) async throws {
        guard let there = try await Self.objects.object(id.text, of: account, call) else {
            throw JMAPSetError(.notFound)
        }
        emails[id.text] = there["emailId"]?.string
        let wrong = patch.changes.filter { $0.path != ["undoStatus"] }.map(\.property)
        guard wrong.isEmpty else { throw JMAPSetError.invalid(wrong) }
        guard let wanted = patch.changes.first?.value, wanted != there["undoStatus"] else { return }
        guard wanted == "canceled" else { throw JMAPSetError.invalid(["undoStatus"]) }
        try await cancel(id, call)
    }

    /// Takes a message that is held out of the queue, unless its time has come.
    private func cancel(_ id: JMAPID, _ call: JMAPCall) async throws {
        let (account, now) = (account, call.services.now())
        try await call.services.store.change { transaction in
            guard let stored = try MailSettings.object(id.text, .submission, of: account, in: transaction) else {
                throw JMAPSetError(.notFound)
            }
            var object = StoredObjects.object(stored)
            guard object["undoStatus"]?.string == "pending", object["isSending"] == nil,
                let number = object["queueId"]?.integer, (object["sendAt"]?.integer ?? 0) > now,
                try MailQueue.remove(QueueID(rawValue: number), at: now, in: transaction) > 0
            else { throw JMAPSetError(.cannotUnsend, "the message is on its way") }
            object["undoStatus"] = "canceled"
            try MailSettings.put(stored.id, StoredObjects.text(object), .submission, of: account, in: transaction)
        }
    }

    // MARK: The Emails

    /// The implicit Email/set.
    private func changeEmails(
        _ accountID: JMAPID, _ updates: [(key: String, object: JSONObject)], _ destroys: [String],
        _ call: inout JMAPCall
    ) async throws {
        var update = JSONObject()
        for (key, patch) in updates {
            if let email = call.id(key).flatMap({ emails[$0.text] }) { update[email] = .object(patch) }
        }
        let destroy = destroys.compactMap { key in call.id(key).flatMap { emails[$0.text] } }
        guard !update.isEmpty || !destroy.isEmpty else { return }
        guard let method = JMAPMethods.all.first(where: { $0.name == "Email/set" }) else { return }
        var arguments: JSONObject = ["accountId": .string(accountID.text)]
        if !update.isEmpty { arguments["update"] = .object(update) }
        if !destroy.isEmpty { arguments["destroy"] = .array(destroy.map { .string($0) }) }
        try await call.imply(method, arguments)
    }
}
