internal import InternetMessage
internal import JMAP
internal import JSON
internal import MailCore
internal import MailStore

/// Files messages that were uploaded (RFC 8621 §4.8), octet by octet as they are.
struct EmailImport {
    let writing: EmailWriting

    func file(_ object: JSONObject, _ call: JMAPCall) async throws -> EmailWriting.Filed {
        let known = ["blobId", "mailboxIds", "keywords", "receivedAt"]
        if let other = object.names.first(where: { !known.contains($0) }) {
            throw JMAPSetError.invalid([other], "there is no such property")
        }
        let id = object["blobId"]?.string.flatMap { JMAPID($0) }
        guard let id, let blob = try await writing.blob(id) else {
            throw JMAPSetError.invalid(["blobId"], "there is no such blob")
        }
        let mailboxes = try EmailDescription.mailboxes(object["mailboxIds"] ?? .null, writing.account, call)
        guard !mailboxes.isEmpty else { throw JMAPSetError.invalid(["mailboxIds"], "an Email is in a mailbox") }
        let keywords = try EmailKeywords(object["keywords"] ?? .null)
        let given = try object["receivedAt"].flatMap { try EmailDescription.date($0) }
        guard let octets = try await blob.octets(most: call.limits.uploadOctetsMax) else {
            throw JMAPSetError(.tooLarge)
        }
        guard Self.isMessage(octets) else { throw JMAPSetError(.invalidEmail, "the blob is no message") }
        return try await writing.file(
            octets, in: mailboxes, keywords, receivedAt: given ?? Self.received(octets))
    }

    /// Whether the octets begin with a header field, or with the empty line behind none.
    static func isMessage(_ octets: [UInt8]) -> Bool {
        guard !octets.isEmpty else { return false }
        return !ParsedMessage(parsing: octets).fields.isEmpty
    }

    /// When the last server received the message: behind the last semicolon of the first Received field (RFC 5321 §4.4).
    private static func received(_ octets: [UInt8]) -> Int64? {
        let content = MessageContent(octets)
        guard case .array(let values) = content.value(HeaderProperty("Received", .raw, .all)),
            let text = values.first?.string, let semicolon = text.utf8.lastIndex(of: UInt8(ascii: ";"))
        else { return nil }
        return MailDate(parsing: Array(text.utf8[semicolon...].dropFirst())[...])?.secondsSince1970
    }
}
