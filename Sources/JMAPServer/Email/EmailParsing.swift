internal import InternetMessage
internal import JMAP
internal import JSON
internal import MailCore
internal import Storage

/// Reads blobs as messages (RFC 8621 §4.9).
struct EmailParsing {
    let selection: EmailSelection
    let writing: EmailWriting

    /// What came of a blob.
    enum Outcome {
        case parsed(JSONObject)
        case notParsable
        case notFound
    }

    /// Those that come without asking.
    static let standard = [
        "messageId", "inReplyTo", "references", "sender", "from", "to", "cc", "bcc", "replyTo", "subject", "sentAt",
        "hasAttachment", "preview", "bodyValues", "textBody", "htmlBody", "attachments",
    ]

    func parse(_ id: JMAPID, _ limits: JMAPLimits) async throws -> Outcome {
        guard let blob = try await writing.blob(id) else { return .notFound }
        guard let octets = try await blob.octets(most: limits.uploadOctetsMax), EmailImport.isMessage(octets) else {
            return .notParsable
        }
        let selection = selection
        return .parsed(try await writing.services.store.work { Self.object(octets, id, selection) })
    }

    /// Parts have blobs where the message is one of the account's: those of an upload have no id.
    private static func object(_ octets: [UInt8], _ id: JMAPID, _ selection: EmailSelection) -> JSONObject {
        let content = MessageContent(octets)
        let facts = MessageFacts(parsing: octets)
        let body = EmailBody(content) { number in
            switch JMAPBlobID(id) {
            case .message(let email): JMAPBlobID.part(email, number).id
            // The parts of a message within follow its own number at once.
            case .part(let email, let outer): JMAPBlobID.part(email, outer + number).id
            case .upload, nil: nil
            }
        }
        var object = JSONObject()
        for (name, property) in selection.properties {
            object[name] =
                switch property {
                case .header(let header): content.value(header)
                case .named(.blobId): .string(id.text)
                case .named(.size): .integer(Int64(octets.count))
                case .named(.hasAttachment): .bool(facts.hasAttachment)
                case .named(.preview): .string(facts.preview)
                case .named(.id), .named(.threadId), .named(.mailboxIds), .named(.keywords), .named(.receivedAt): .null
                case .named(let named): content.value(named, body, selection)
                }
        }
        return object
    }
}
