internal import JMAP
internal import JSON

/// Blob/copy (RFC 8620 §6.3). What is in an account already stays where it is.
enum BlobCopyMethod {
    static let copy = JMAPMethod("Blob/copy", .core) { arguments, call in
        let fromID = try arguments.id("fromAccountId")
        let accountID = try arguments.id("accountId")
        guard let from = try? call.ownAccount(fromID) else { throw JMAPMethodError.fromAccountNotFound }
        _ = try call.ownAccount(accountID)
        guard let ids = try arguments.optionalIDs("blobIds") else {
            throw JMAPMethodError.invalidArguments("blobIds is missing")
        }
        guard ids.count <= call.limits.objectsInSetMax else { throw JMAPMethodError.requestTooLarge }
        var copied: [(String, JSONValue)] = []
        var refused: [(String, JSONValue)] = []
        for id in ids {
            if try await call.services.blobs.find(id, of: from) != nil {
                copied.append((id.text, .string(id.text)))
            } else {
                refused.append((id.text, JMAPSetError(.notFound).json))
            }
        }
        return [
            "fromAccountId": .string(fromID.text), "accountId": .string(accountID.text),
            "copied": copied.isEmpty ? .null : .object(JSONObject(copied)),
            "notCopied": refused.isEmpty ? .null : .object(JSONObject(refused)),
        ]
    }
}
