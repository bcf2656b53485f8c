internal import JMAP
internal import JSON
internal import MailCore
internal import MailSearch
internal import Storage

/// SearchSnippet/get (RFC 8621 §5.1).
enum SearchSnippetMethods {
    static let get = JMAPMethod("SearchSnippet/get", .mail) { arguments, call in
        let accountID = try arguments.id("accountId")
        let account = try await call.mailAccount(accountID)
        let filter = try JMAPFilter(arguments.value("filter"), limits: call.limits)
        guard let ids = try arguments.optionalIDs("emailIds") else {
            throw JMAPMethodError.invalidArguments("emailIds is missing")
        }
        guard ids.count <= call.limits.objectsInGetMax else { throw JMAPMethodError.requestTooLarge }
        let wanted = try filter.map { try EmailFilter($0, account) } ?? .all
        var emails = ids.compactMap { EmailID(objectID: $0.text) }
        if !account.isOwn {
            let (asked, there) = (emails, account)
            emails = try await call.services.store.read { transaction in
                try asked.filter { try there.sees($0, in: transaction) }
            }
        }
        let snippets = try await call.services.search.snippets(wanted, of: emails, in: account.id)
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
