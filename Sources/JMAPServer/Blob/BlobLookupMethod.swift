internal import JMAP
internal import JSON
internal import MailCore
internal import MailStore
internal import Storage

/// Blob/lookup: what refers to blobs (RFC 9404 §4.3).
enum BlobLookupMethod {
    /// Types whose records refer to blobs.
    static let types = ["Mailbox", "Thread", "Email"]

    static let lookup = JMAPMethod("Blob/lookup", .blob) { arguments, call in
        let accountID = try arguments.id("accountId")
        let account = try await call.mailAccount(accountID)
        guard let names = try arguments.optionalStrings("typeNames"), let ids = try arguments.optionalIDs("ids") else {
            throw JMAPMethodError.invalidArguments("typeNames or ids is missing")
        }
        guard names.allSatisfy(types.contains) else { throw JMAPMethodError.unknownDataType }
        guard ids.count <= call.limits.objectsInGetMax else { throw JMAPMethodError.requestTooLarge }
        var list: [JSONValue] = []
        var missing: [JSONValue] = []
        for id in ids {
            guard try await call.services.blobs.find(id, in: account) != nil else {
                missing.append(.string(id.text))
                continue
            }
            let uses = try await call.services.store.read { try Self.uses(of: id, account, in: $0) }
            let matched = names.map { name in (name, JSONValue.array((uses[name] ?? []).map { .string($0) })) }
            list.append(["id": .string(id.text), "matchedIds": .object(JSONObject(matched))])
        }
        return ["accountId": .string(accountID.text), "list": .array(list), "notFound": .array(missing)]
    }

    /// Ids by type.
    private static func uses(
        of id: JMAPID, _ account: MailAccount, in transaction: SQLTransaction
    ) throws -> [String: [String]] {
        let email: EmailID
        switch JMAPBlobID(id) {
        case .message(let number)?, .part(let number, _)?: email = number
        case .upload?, nil: return [:]
        }
        let visible = try account.visible(in: transaction)
        let there = try visible ?? Set(MailStore.clocks(of: account.id, in: transaction).map(\.mailbox))
        var uses: [String: [String]] = [:]
        try MailStore.copies(of: email, account.id, in: transaction) { copy in
            guard there.contains(copy.mailbox) else { return }
            let mailbox = account.id(of: copy.mailbox).text
            uses["Email"] = [email.objectID]
            uses["Thread"] = [copy.thread.objectID]
            if uses["Mailbox"]?.contains(mailbox) != true { uses["Mailbox", default: []].append(mailbox) }
        }
        return uses
    }
}
