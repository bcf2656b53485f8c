internal import InternetMessage
internal import JMAP
internal import JSON

/// The body of a message as JMAP tells it (RFC 8621 §4.1.4).
struct EmailBody {
    private let content: MessageContent
    /// What the ids of the parts' blobs begin with; nil where they have none.
    private let blobs: (@Sendable ([Int]) -> JMAPID?)
    private let descriptions: [PartDescription]
    private let root: BodyPart
    private let parts: BodyParts

    init(_ content: MessageContent, blobs: @escaping @Sendable ([Int]) -> JMAPID?) {
        self.content = content
        self.blobs = blobs
        let descriptions = content.parsed.parts.indices.map { content.describe($0) }
        self.descriptions = descriptions
        root = Self.part(0, content.parsed, descriptions)
        parts = BodyParts(root)
    }

    /// A message within is a part without parts.
    private static func part(_ position: Int, _ message: ParsedMessage, _ all: [PartDescription]) -> BodyPart {
        let isMultipart = message.parts[position].kind == .multipart
        return BodyPart(
            position: position, type: all[position].mediaType, disposition: all[position].disposition,
            name: all[position].fileName,
            parts: isMultipart ? message.children(of: position).map { part($0, message, all) } : nil)
    }

    func structure(_ selection: EmailSelection) -> JSONValue {
        // subParts belong to a structure whether or not they are named among the properties.
        object(root, selection, .structure)
    }

    func list(_ named: EmailProperty.Named, _ selection: EmailSelection) -> JSONValue {
        let list =
            switch named {
            case .textBody: parts.textBody
            case .htmlBody: parts.htmlBody
            default: parts.attachments
            }
        return .array(list.map { object($0, selection, .list) })
    }

    private enum Place {
        case structure
        case list
    }

    private func object(_ part: BodyPart, _ selection: EmailSelection, _ place: Place) -> JSONValue {
        var object = JSONObject()
        for (name, property) in selection.bodyProperties {
            switch property {
            case .named(.subParts): break
            case .named(let named): object[name] = value(named, of: part)
            case .header(let header): object[name] = content.value(header, of: part.position)
            }
        }
        let wantsParts = selection.bodyProperties.contains { $0.property == .named(.subParts) }
        if place == .structure || wantsParts, part.parts != nil || wantsParts {
            object["subParts"] = part.parts.map { .array($0.map { self.object($0, selection, place) }) } ?? .null
        }
        return .object(object)
    }

    private func value(_ property: BodyPartProperty.Named, of part: BodyPart) -> JSONValue {
        let described = descriptions[part.position]
        let isLeaf = part.parts == nil
        return switch property {
        case .partId: isLeaf ? .string(Self.id(described)) : .null
        case .blobId: isLeaf ? blobs(described.number).map { .string($0.text) } ?? .null : .null
        case .size: .integer(Int64(isLeaf ? content.decoded(part.position).count : described.body.count))
        case .headers: content.headers(of: part.position)
        case .name: Self.optional(described.fileName)
        case .type: .string(described.mediaType)
        case .charset:
            Self.optional(described.charset ?? (described.mediaType.hasPrefix("text/") ? "us-ascii" : nil))
        case .disposition: Self.optional(described.disposition)
        case .cid: Self.optional(described.contentID)
        case .language:
            described.languages.isEmpty ? .null : .array(described.languages.map { .string($0) })
        case .location: Self.optional(described.location)
        case .subParts: .null
        }
    }

    private static func optional(_ text: String?) -> JSONValue { text.map { .string($0) } ?? .null }

    /// `1.2`, as IMAP has it.
    private static func id(_ part: PartDescription) -> String {
        part.number.map { "\($0)" }.joined(separator: ".")
    }

    // MARK: Values

    /// The values of the text parts that were asked for.
    func values(_ selection: EmailSelection) -> JSONValue {
        var wanted: [BodyPart] = []
        if selection.fetched.contains(.text) { wanted += parts.textBody }
        if selection.fetched.contains(.html) { wanted += parts.htmlBody }
        if selection.fetched.contains(.all) { wanted += Self.leaves(root) }
        var values = JSONObject()
        for part in wanted where part.type.hasPrefix("text/") {
            let id = Self.id(descriptions[part.position])
            if values[id] == nil { values[id] = value(of: part, selection.valueOctetsMax) }
        }
        return .object(values)
    }

    private static func leaves(_ part: BodyPart) -> [BodyPart] {
        part.parts.map { $0.flatMap(leaves) } ?? [part]
    }

    /// `EmailBodyValue`
    private func value(of part: BodyPart, _ octetsMax: Int?) -> JSONValue {
        let text = BodyText(
            content.decoded(part.position), charset: descriptions[part.position].charset,
            encoding: descriptions[part.position].encoding)
        let cut = octetsMax.map { text.cut(to: $0, isHTML: part.type == "text/html") }
        return .object([
            "value": .string(cut ?? text.text), "isEncodingProblem": .bool(text.problem == .found),
            "isTruncated": .bool(cut.map { $0.utf8.count < text.text.utf8.count } ?? false),
        ])
    }
}
