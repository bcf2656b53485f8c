internal import JMAP
internal import JSON
internal import MailCore
internal import NIOCore
internal import Storage

/// Blob/copy (RFC 8620 §6.3). What is in an account already stays where it is.
enum BlobCopyMethod {
    static let copy = JMAPMethod("Blob/copy", .core) { arguments, call in
        let fromID = try arguments.id("fromAccountId")
        let accountID = try arguments.id("accountId")
        let from: MailAccount
        do {
            from = try await call.mailAccount(fromID)
        } catch JMAPMethodError.accountNotFound {
            throw JMAPMethodError.fromAccountNotFound
        }
        let target = try await call.mailAccount(accountID)
        guard let ids = try arguments.optionalIDs("blobIds") else {
            throw JMAPMethodError.invalidArguments("blobIds is missing")
        }
        guard ids.count <= call.limits.objectsInSetMax else { throw JMAPMethodError.requestTooLarge }
        var copied: [(String, JSONValue)] = []
        var refused: [(String, JSONValue)] = []
        for id in ids {
            do {
                copied.append((id.text, .string(try await copy(id, from: from, to: target, call).text)))
            } catch let error as JMAPSetError {
                refused.append((id.text, error.json))
            }
        }
        return [
            "fromAccountId": .string(fromID.text), "accountId": .string(accountID.text),
            "copied": copied.isEmpty ? .null : .object(JSONObject(copied)),
            "notCopied": refused.isEmpty ? .null : .object(JSONObject(refused)),
        ]
    }

    private static func copy(
        _ id: JMAPID, from source: MailAccount, to target: MailAccount, _ call: JMAPCall
    ) async throws -> JMAPID {
        let blobs = call.services.blobs
        guard let blob = try await blobs.find(id, in: source) else { throw JMAPSetError(.notFound) }
        guard source.id != target.id else { return id }
        var arriving = blobs.spool()
        try await blob.forEachPiece { piece in
            guard arriving.count + Int64(piece.readableBytes) <= call.limits.uploadOctetsMax else {
                throw JMAPSetError(.tooLarge)
            }
            arriving.append(piece)
            if arriving.mustFlush { try await arriving.flush() }
        }
        let type = blob.type ?? MediaTypeName.unknown.text
        guard let kept = blobs.keep(try await arriving.finish(), type: type, of: target.user) else {
            throw JMAPSetError(.overQuota)
        }
        return kept
    }
}
