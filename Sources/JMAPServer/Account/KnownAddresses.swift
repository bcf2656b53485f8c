internal import JMAP
internal import JSON
internal import MailCore
internal import MailSettings
internal import Storage

/// People that a user has written to, and those put into the small address book: to complete an address by.
enum KnownAddresses {
    static let methods: [JMAPMethod] = [
        JMAPMethod("KnownAddress/get", .account) { arguments, call in try await objects.get(arguments, call) },
        JMAPMethod("KnownAddress/changes", .account) { arguments, call in try await objects.changes(arguments, call) },
        JMAPMethod("KnownAddress/query", .account) { arguments, call in try await query(arguments, call) },
        JMAPMethod("KnownAddress/set", .account) { arguments, call in try await set(arguments, &call) },
    ]

    static let objects = StoredObjects(
        kind: .knownAddress, properties: ["id", "email", "name", "uses", "lastUsed", "isContact"])

    /// People of one account, and octets of a name.
    private static let (countMax, nameOctetsMax) = (5000, 255)
    /// People that one message adds.
    private static let perMessageMax = 50

    /// The id of an address: itself, in the alphabet of ids.
    private static func id(of address: EmailAddress) -> String? {
        let key = address.lookupKey.utf8.map { octet in
            let digits = String(octet, radix: 16)
            return digits.utf8.count == 1 ? "0\(digits)" : digits
        }.joined()
        return key.utf8.count < 250 ? "k\(key)" : nil
    }

    /// Notes the recipients of a message that went out.
    static func note(
        _ people: MessagePeople, _ envelope: SubmissionEnvelope, of account: AccountID, _ call: JMAPCall
    ) async throws {
        let names = Dictionary(
            people.recipients.map { ($0.address.lookupKey, $0.name) }, uniquingKeysWith: { first, _ in first })
        let addresses = envelope.recipients.compactMap(\.path.address).prefix(perMessageMax)
        let now = call.services.now()
        try await call.services.store.change { transaction in
            for address in addresses {
                guard let id = id(of: address) else { continue }
                let there = try MailSettings.object(id, .knownAddress, of: account, in: transaction)
                var object = there.map(StoredObjects.object) ?? [:]
                object["email"] = .string(address.written)
                let name = (names[address.lookupKey] ?? nil).map { String($0.prefix(200)) } ?? ""
                if (object["name"]?.string ?? "").isEmpty { object["name"] = .string(name) }
                object["uses"] = .integer((object["uses"]?.integer ?? 0) + 1)
                object["lastUsed"] = .integer(now)
                object["isContact"] = object["isContact"] ?? false
                try MailSettings.put(
                    id, StoredObjects.text(object), .knownAddress, of: account, in: transaction)
            }
            try makeRoom(account, in: transaction)
        }
    }

    /// Those used longest ago go, but none of the address book.
    private static func makeRoom(_ account: AccountID, in transaction: SQLTransaction) throws {
        let all = try MailSettings.list(.knownAddress, of: account, in: transaction)
        guard all.count > countMax else { return }
        let oldest = all.map { ($0.id, StoredObjects.object($0)) }.filter { $0.1["isContact"]?.bool != true }
            .sorted { ($0.1["lastUsed"]?.integer ?? 0) < ($1.1["lastUsed"]?.integer ?? 0) }
        for (id, _) in oldest.prefix(all.count - countMax) {
            try MailSettings.remove(id, .knownAddress, of: account, in: transaction)
        }
    }

    /// Those whose address or a word of whose name begins with a text: the most used first.
    private static func query(_ arguments: JMAPArguments, _ call: JMAPCall) async throws -> JSONObject {
        let accountID = try arguments.id("accountId")
        let account = try call.ownAccount(accountID)
        let prefix = (try arguments.optionalString("prefix") ?? "").lowercased()
        let limit = Int(min(try arguments.optionalUnsigned("limit") ?? 20, 1000))
        let (stored, state) = try await call.services.settings.list(.knownAddress, of: account)
        let found = stored.map(StoredObjects.object).filter { matches($0, prefix) }.sorted { left, right in
            let (one, other) = (rank(left), rank(right))
            return one == other ? (left["lastUsed"]?.integer ?? 0) > (right["lastUsed"]?.integer ?? 0) : one > other
        }
        return [
            "accountId": .string(accountID.text), "state": .string("\(state)"),
            "ids": .array(found.prefix(limit).compactMap { $0["id"] }),
            "list": .array(found.prefix(limit).map { .object($0.only(objects.properties)) }),
        ]
    }

    private static func rank(_ object: JSONObject) -> Int64 {
        (object["uses"]?.integer ?? 0) + (object["isContact"]?.bool == true ? 5 : 0)
    }

    private static func matches(_ object: JSONObject, _ prefix: String) -> Bool {
        guard !prefix.isEmpty else { return true }
        let email = (object["email"]?.string ?? "").lowercased()
        let name = (object["name"]?.string ?? "").lowercased()
        return email.hasPrefix(prefix) || name.hasPrefix(prefix)
            || name.split(whereSeparator: { !$0.isLetter && !$0.isNumber }).contains { $0.hasPrefix(prefix) }
            || email.split(separator: "@").last?.hasPrefix(prefix) == true
    }

    private static func set(_ arguments: JMAPArguments, _ call: inout JMAPCall) async throws -> JSONObject {
        let set = try JMAPSetCall(arguments, limits: call.limits)
        let account = try call.ownAccount(set.accountID)
        var runner = try SetRunner(set, oldState: try await objects.state(of: account, call))
        try await runner.create(&call) { given, call in
            let unknown = given.names.filter { $0 != "email" && $0 != "name" && $0 != "isContact" }
            guard unknown.isEmpty else { throw JMAPSetError.invalid(unknown) }
            guard let address = given["email"]?.string.flatMap({ EmailAddress($0) }), let id = id(of: address) else {
                throw JMAPSetError.invalid(["email"])
            }
            guard try await call.services.settings.list(.knownAddress, of: account).objects.count < countMax else {
                throw JMAPSetError(.overQuota)
            }
            let there = try await objects.object(id, of: account, call)
            if there?["isContact"]?.bool == true {
                throw JMAPSetError(.alreadyExists, nil, ["existingId": .string(id)])
            }
            let usual: JSONObject = ["name": "", "uses": 0, "lastUsed": 0, "isContact": true]
            let whole = usual.merging(there ?? [:]).merging(["isContact": true]).merging(given)
            try check(whole)
            try await objects.put(id, whole, of: account, call)
            return (JMAPID(made: id), whole.only(["uses", "lastUsed", "isContact"]))
        }
        try await runner.update(&call) { id, patch, call in
            guard let there = try await objects.object(id.text, of: account, call) else {
                throw JMAPSetError(.notFound)
            }
            let whole = try patch.applied(to: there)
            let fixed = ["id", "email", "uses", "lastUsed"].filter { there[$0] != whole[$0] }
            let unknown = whole.names.filter { !objects.properties.contains($0) }
            guard fixed.isEmpty, unknown.isEmpty else { throw JMAPSetError.invalid(fixed + unknown) }
            try check(whole)
            try await objects.put(id.text, whole, of: account, call)
            return nil
        }
        try await runner.destroy(&call) { id, call in
            guard try await objects.remove(id.text, of: account, call) else { throw JMAPSetError(.notFound) }
        }
        return runner.finish(
            newState: try await objects.state(of: account, call), of: "KnownAddress", account, call)
    }

    private static func check(_ object: JSONObject) throws {
        guard let name = object["name"]?.string, name.utf8.count <= nameOctetsMax, !name.contains(where: \.isNewline)
        else { throw JMAPSetError.invalid(["name"]) }
        guard object["isContact"]?.bool != nil else { throw JMAPSetError.invalid(["isContact"]) }
    }
}
