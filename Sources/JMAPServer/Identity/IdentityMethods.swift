internal import Directory
internal import JMAP
internal import JSON
internal import MailCore
internal import MailSettings
internal import Storage

/// Identities: as whom one writes (RFC 8621 §6).
enum IdentityMethods {
    static let methods: [JMAPMethod] = [
        JMAPMethod("Identity/get", .submission) { arguments, call in
            try await ensureDefaults(arguments, call)
            return try await objects.get(arguments, call)
        },
        JMAPMethod("Identity/changes", .submission) { arguments, call in
            try await ensureDefaults(arguments, call)
            return try await objects.changes(arguments, call)
        },
        JMAPMethod("Identity/set", .submission) { arguments, call in try await set(arguments, &call) },
    ]

    static let objects = StoredObjects(
        kind: .identity,
        properties: [
            "id", "name", "email", "replyTo", "bcc", "textSignature", "htmlSignature", "mayDelete",
        ])

    /// Octets of a name, and of one signature.
    private static let (nameOctetsMax, signatureOctetsMax) = (255, 64 << 10)
    /// Identities of one account.
    private static let countMax = 100

    // MARK: Defaults

    /// An account begins with an identity for its own address and for each alias that leads to it.
    private static func ensureDefaults(_ arguments: JMAPArguments, _ call: JMAPCall) async throws {
        try await ensureDefaults(try call.ownAccount(try arguments.id("accountId")), call)
    }

    static func ensureDefaults(_ account: AccountID, _ call: JMAPCall) async throws {
        let services = call.services
        guard try await services.store.read({ try MailSettings.state(.identity, of: account, in: $0) }) == 0,
            let addresses = try await services.directory.senderAddresses(account)
        else { return }
        let name = try await services.directory.account(account)?.name ?? ""
        let texts = ([addresses.own] + addresses.aliases).prefix(countMax).map { address in
            StoredObjects.text(standard(name: name, email: address.written, mayDelete: address != addresses.own))
        }
        try await services.store.change { transaction in
            guard try MailSettings.state(.identity, of: account, in: transaction) == 0 else { return }
            for text in texts { try MailSettings.create(text, .identity, of: account, in: transaction) }
        }
    }

    private static func standard(name: String, email: String, mayDelete: Bool) -> JSONObject {
        [
            "name": .string(name), "email": .string(email), "replyTo": .null, "bcc": .null, "textSignature": "",
            "htmlSignature": "", "mayDelete": .bool(mayDelete),
        ]
    }

    // MARK: Set

    private static func set(_ arguments: JMAPArguments, _ call: inout JMAPCall) async throws -> JSONObject {
        let set = try JMAPSetCall(arguments, limits: call.limits)
        let account = try call.ownAccount(set.accountID)
        try await ensureDefaults(account, call)
        var runner = try SetRunner(set, oldState: try await objects.state(of: account, call))
        try await runner.create(&call) { object, call in try await create(object, account, call) }
        try await runner.update(&call) { id, patch, call in
            try await update(id, patch, account, call)
            return nil
        }
        try await runner.destroy(&call) { id, call in
            guard let there = try await objects.object(id.text, of: account, call) else {
                throw JMAPSetError(.notFound)
            }
            guard there["mayDelete"]?.bool == true else {
                throw JMAPSetError(.forbidden, "the identity of the account's own address stays")
            }
            _ = try await objects.remove(id.text, of: account, call)
        }
        return runner.finish(
            newState: try await objects.state(of: account, call), of: "Identity", account, call)
    }

    private static func create(
        _ given: JSONObject, _ account: AccountID, _ call: JMAPCall
    ) async throws -> (JMAPID, JSONObject) {
        let unknown = given.names.filter { !objects.properties.contains($0) || $0 == "id" || $0 == "mayDelete" }
        guard unknown.isEmpty else { throw JMAPSetError.invalid(unknown) }
        guard let text = given["email"]?.string, let address = EmailAddress(text) else {
            throw JMAPSetError.invalid(["email"], "the address an identity writes from is needed")
        }
        guard try await call.services.directory.mayUse(address, account) else {
            throw JMAPSetError(.forbiddenFrom, "this account may not send as \(address.written)")
        }
        guard try await call.services.settings.list(.identity, of: account).objects.count < countMax else {
            throw JMAPSetError(.overQuota, "an account has at most \(countMax) identities")
        }
        let whole = standard(name: "", email: address.written, mayDelete: true).merging(given)
        try check(whole)
        let id = try await objects.create(whole, of: account, call)
        var facts = JSONObject()
        for (name, value) in whole.members where given[name] != value { facts[name] = value }
        return (id, facts)
    }

    private static func update(
        _ id: JMAPID, _ patch: JMAPPatch, _ account: AccountID, _ call: JMAPCall
    ) async throws {
        guard let there = try await objects.object(id.text, of: account, call) else { throw JMAPSetError(.notFound) }
        let changed = try patch.applied(to: there)
        let whole = standard(name: "", email: "", mayDelete: true).merging(changed)
        let fixed = ["id", "email", "mayDelete"].filter { there[$0] != whole[$0] }
        let unknown = whole.names.filter { !objects.properties.contains($0) }
        guard fixed.isEmpty, unknown.isEmpty else { throw JMAPSetError.invalid(fixed + unknown) }
        try check(whole)
        try await objects.put(id.text, whole, of: account, call)
    }

    /// Types and lengths of what a client gives.
    private static func check(_ object: JSONObject) throws {
        var wrong: [String] = []
        if !isText(object["name"], nameOctetsMax) || object["name"]?.string?.contains(where: \.isNewline) == true {
            wrong.append("name")
        }
        for name in ["textSignature", "htmlSignature"] where !isText(object[name], signatureOctetsMax) {
            wrong.append(name)
        }
        for name in ["replyTo", "bcc"] where !isAddressList(object[name]) { wrong.append(name) }
        guard wrong.isEmpty else { throw JMAPSetError.invalid(wrong) }
    }

    private static func isText(_ value: JSONValue?, _ octetsMax: Int) -> Bool {
        value?.string.map { $0.utf8.count <= octetsMax } ?? false
    }

    /// `EmailAddress[]|null` (RFC 8621 §4.1.2.3).
    private static func isAddressList(_ value: JSONValue?) -> Bool {
        guard let value, value != .null else { return true }
        guard let list = value.array, list.count <= 50 else { return false }
        return list.allSatisfy { entry in
            guard let object = entry.object, object["email"]?.string.flatMap({ EmailAddress($0) }) != nil else {
                return false
            }
            let name = object["name"] ?? .null
            return name == .null || isText(name, nameOctetsMax)
        }
    }
}
