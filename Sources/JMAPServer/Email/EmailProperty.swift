internal import JMAP

/// A property of an Email (RFC 8621 §4.1).
enum EmailProperty: Hashable, Sendable {
    /// Those with a name of their own.
    enum Named: String, CaseIterable, Sendable {
        case id, blobId, threadId, mailboxIds, keywords, size, receivedAt
        case messageId, inReplyTo, references, sender, from, to, cc, bcc, replyTo, subject, sentAt
        case hasAttachment, preview
        case headers
        case bodyStructure, bodyValues, textBody, htmlBody, attachments
    }

    case named(Named)
    case header(HeaderProperty)

    init?(_ name: String) {
        if let named = Named(rawValue: name) {
            self = .named(named)
        } else if let header = HeaderProperty(name) {
            self = .header(header)
        } else {
            return nil
        }
    }

    /// What has to be read for it.
    enum Source: Int, Comparable, Sendable {
        /// The rows of the copies.
        case rows
        /// What was kept of the message when it came.
        case facts
        /// The header.
        case header
        /// The whole message.
        case message

        static func < (one: Source, other: Source) -> Bool { one.rawValue < other.rawValue }
    }

    var source: Source {
        guard case .named(let named) = self else { return .header }
        return switch named {
        case .id, .blobId, .threadId, .mailboxIds, .keywords, .size, .receivedAt: .rows
        case .messageId, .inReplyTo, .from, .to, .cc, .bcc, .subject, .sentAt, .hasAttachment, .preview: .facts
        // ENVELOPE has the author's address where there is no Sender or Reply-To, and no References.
        case .references, .sender, .replyTo, .headers: .header
        case .bodyStructure, .bodyValues, .textBody, .htmlBody, .attachments: .message
        }
    }

    /// Those that come without asking (RFC 8621 §4.2).
    static let standard = [
        "id", "blobId", "threadId", "mailboxIds", "keywords", "size", "receivedAt", "messageId", "inReplyTo",
        "references", "sender", "from", "to", "cc", "bcc", "replyTo", "subject", "sentAt", "hasAttachment", "preview",
        "bodyValues", "textBody", "htmlBody", "attachments",
    ]
}

/// A property of an EmailBodyPart (RFC 8621 §4.1.4).
enum BodyPartProperty: Hashable, Sendable {
    enum Named: String, CaseIterable, Sendable {
        case partId, blobId, size, headers, name, type, charset, disposition, cid, language, location, subParts
    }

    case named(Named)
    case header(HeaderProperty)

    init?(_ name: String) {
        if let named = Named(rawValue: name) {
            self = .named(named)
        } else if let header = HeaderProperty(name) {
            self = .header(header)
        } else {
            return nil
        }
    }

    /// Those that come without asking (RFC 8621 §4.2).
    static let standard = [
        "partId", "blobId", "size", "name", "type", "charset", "disposition", "cid", "language", "location",
    ]
}

/// What Email/get and /parse are asked for.
struct EmailSelection: Sendable {
    /// With the names under which they are sent.
    let properties: [(name: String, property: EmailProperty)]
    let bodyProperties: [(name: String, property: BodyPartProperty)]
    /// Whose values bodyValues has.
    let fetched: Set<Fetched>
    /// Octets of one value; nil: no limit.
    let valueOctetsMax: Int?

    /// Parts whose text is wanted.
    enum Fetched: String, CaseIterable, Sendable {
        case text = "fetchTextBodyValues"
        case html = "fetchHTMLBodyValues"
        case all = "fetchAllBodyValues"
    }

    var source: EmailProperty.Source { properties.map(\.property.source).max() ?? .rows }

    init(_ names: [String], _ arguments: JMAPArguments) throws(JMAPMethodError) {
        var properties: [(String, EmailProperty)] = []
        for name in names {
            guard let property = EmailProperty(name) else {
                throw .invalidArguments("there is no property \(name)")
            }
            properties.append((name, property))
        }
        self.properties = properties
        var parts: [(String, BodyPartProperty)] = []
        for name in try arguments.optionalStrings("bodyProperties") ?? BodyPartProperty.standard {
            guard let property = BodyPartProperty(name) else {
                throw .invalidArguments("a body part has no property \(name)")
            }
            parts.append((name, property))
        }
        bodyProperties = parts
        var fetched: Set<Fetched> = []
        for choice in Fetched.allCases where try arguments.bool(choice.rawValue, default: false) {
            fetched.insert(choice)
        }
        self.fetched = fetched
        let most = try arguments.optionalUnsigned("maxBodyValueBytes") ?? 0
        valueOctetsMax = most > 0 ? Int(most) : nil
    }
}
