internal import JMAP
internal import JSON
internal import MailCore
internal import MailSearch

/// SearchSnippet/get (RFC 8621 §5.1).
enum SearchSnippetMethods {
    static let get = JMAPMethod("SearchSnippet/get", .mail) { arguments, call in
        let accountID = try arguments.id("accountId")
        let account = try call.ownAccount(accountID)
        let filter = try JMAPFilter(arguments.value("filter"), limits: call.limits)
        guard let ids = try arguments.optionalIDs("emailIds") else {
            throw JMAPMethodError.invalidArguments("emailIds is missing")
        }
        guard ids.count <= call.limits.objectsInGetMax else { throw JMAPMethodError.requestTooLarge }
        let wanted = try filter.map { try EmailFilter($0, account) } ?? .all
        let snippets = try await call.services.search.snippets(
            wanted, of: ids.compactMap { EmailID(objectID: $0.text) }, in: account)
        let found = Set(snippets.map(\.email))
        let missing = ids.filter { id in EmailID(objectID: id.text).map { !found.contains($0) } ?? true }
        return [
            "accountId": .string(accountID.text),
            "list": .array(snippets.map { .object($0.json) }),
            "notFound": missing.isEmpty ? .null : .array(missing.map { .string($0.text) }),
        ]
    }
}

extension EmailSnippet {
    fileprivate var json: JSONObject {
        [
            "emailId": .string(email.objectID), "subject": subject.map { .string($0) } ?? .null,
            "preview": preview.map { .string($0) } ?? .null,
        ]
    }
}
