internal import InternetMessage
internal import JMAP
internal import JSON

/// An EmailBodyPart as a client describes it (RFC 8621 §4.1.4, §4.6).
struct DescribedPart {
    /// What is in it.
    private enum Content {
        case text(String)
        case blob(JMAPID)
        case parts([DescribedPart])
    }

    /// `text/plain`, in small letters.
    private(set) var type: String
    private let content: Content
    private var charset: String?
    private var disposition: MessagePart.Disposition?
    private var name: String?
    private var contentID: String?
    private var languages: [String] = []
    private var fields: [DraftField] = []
    /// The fields that it has, in small letters; those with a property of their own too.
    private(set) var fieldNames: Set<String> = []
    private var parameters: [MessagePart.Parameter] = []

    private static let depthMax = 50

    /// - Parameter property: of the Email, to be named when something is wrong.
    init(
        _ value: JSONValue, _ property: String, _ values: [String: String], depth: Int = 0
    ) throws(JMAPSetError) {
        guard let object = value.object, depth < Self.depthMax else { throw .invalid([property]) }
        let type = (object["type"]?.string).map { $0.lowercased() }
        content = try Self.content(object, type, property, values, depth)
        self.type =
            switch content {
            case .text: type ?? "text/plain"
            case .blob: type ?? "application/octet-stream"
            case .parts: type ?? "multipart/mixed"
            }
        for (member, value) in object.members { try read(member, value, property) }
        switch content {
        case .text where !self.type.hasPrefix("text/"): throw .invalid([property], "a text is of type text/…")
        case .text where charset != nil: throw .invalid([property], "the server chooses the charset")
        case .blob where self.type.hasPrefix("multipart/"): throw .invalid([property], "a multipart has parts")
        default: break
        }
    }

    private init(_ type: String, _ parts: [DescribedPart], parameters: [MessagePart.Parameter] = []) {
        self.type = type
        self.parameters = parameters
        content = .parts(parts)
    }

    private init(empty: Void) {
        type = "text/plain"
        content = .text("")
    }

    /// Nested as readers expect: mixed(related(alternative(text, html), inline…), attachments…), without the levels that have only
    /// one part.
    init(text: DescribedPart?, html: DescribedPart?, attachments: [DescribedPart]) {
        let versions = [text, html].compactMap { $0 }
        let inline = html == nil ? [] : attachments.filter { $0.disposition == .inline && $0.contentID != nil }
        let others = html == nil ? attachments : attachments.filter { $0.disposition != .inline || $0.contentID == nil }
        var shown: [DescribedPart] =
            versions.count > 1 ? [DescribedPart("multipart/alternative", versions)] : versions
        if !inline.isEmpty {
            // RFC 2387 §3.1: the type of the part that the others belong to.
            let root = MessagePart.Parameter("type", shown[0].type)
            shown = [DescribedPart("multipart/related", shown + inline, parameters: [root])]
        }
        let all = shown + others
        if all.count == 1, others.isEmpty {
            self = all[0]
        } else {
            self = all.isEmpty ? DescribedPart(empty: ()) : DescribedPart("multipart/mixed", all)
        }
    }

    private static func content(
        _ object: JSONObject, _ type: String?, _ property: String, _ values: [String: String], _ depth: Int
    ) throws(JMAPSetError) -> Content {
        let (part, blob, parts) = (object["partId"], object["blobId"], object["subParts"])
        let given = [part, blob, parts].filter { $0 != nil && $0 != .null }
        guard given.count <= 1 else { throw .invalid([property], "a part is a text, a blob or parts") }
        if let id = part?.string {
            guard let text = values[id] else { throw .invalid([property, "bodyValues"], "there is no text \(id)") }
            guard [nil, .null].contains(object["size"]) else {
                throw .invalid([property], "the server counts the size")
            }
            return .text(text)
        }
        if let id = blob?.string {
            guard let id = JMAPID(id) else { throw .invalid([property], "blobId is no Id") }
            return .blob(id)
        }
        guard given.isEmpty || parts?.array != nil, type?.hasPrefix("multipart/") ?? (parts != nil) else {
            throw .invalid([property], "a part has a partId or a blobId")
        }
        var inner: [DescribedPart] = []
        for value in parts?.array ?? [] {
            inner.append(try DescribedPart(value, property, values, depth: depth + 1))
        }
        return .parts(inner)
    }

    private mutating func read(_ member: String, _ value: JSONValue, _ property: String) throws(JMAPSetError) {
        if value == .null { return }
        func text() throws(JMAPSetError) -> String {
            guard let text = value.string else { throw .invalid([property], "\(member) is no String") }
            return text
        }
        switch BodyPartProperty(member) {
        case .named(.partId), .named(.blobId), .named(.subParts), .named(.size): break
        case .named(.type): _ = try text()
        case .named(.headers): throw .invalid([property], "each field is a property")
        case .named(.name): name = try text()
        case .named(.charset): charset = try text()
        case .named(.cid): contentID = try text()
        case .named(.location):
            fields.append(DraftField("Content-Location", .raw(" " + (try text()))))
            try note("content-location", property)
        case .named(.disposition):
            disposition = MessagePart.Disposition(rawValue: try text().lowercased())
            guard disposition != nil else { throw .invalid([property], "a disposition is inline or attachment") }
        case .named(.language):
            let words = value.array?.compactMap(\.string)
            guard let words, words.count == value.array?.count else { throw .invalid([property], member) }
            languages = words
            try note("content-language", property)
        case .header(let header):
            let own = [
                "content-type", "content-disposition", "content-transfer-encoding", "content-id", "mime-version",
            ]
            guard !own.contains(header.key) else { throw .invalid([property], "the server writes \(header.name)") }
            fields += try DescribedField(property, header).fields(value)
            try note(header.key, property)
        case nil: throw .invalid([property], "a part has no \(member)")
        }
    }

    private mutating func note(_ field: String, _ property: String) throws(JMAPSetError) {
        guard fieldNames.insert(field).inserted else { throw .invalid([property], "\(field) is there twice") }
    }

    /// Ids of the blobs in it.
    var blobs: Set<JMAPID> {
        switch content {
        case .text: []
        case .blob(let id): [id]
        case .parts(let parts): parts.reduce(into: Set()) { $0.formUnion($1.blobs) }
        }
    }

    /// The part, to be written.
    func part(_ octets: [JMAPID: [UInt8]]) -> MessagePart {
        var part: MessagePart
        switch content {
        case .text(let text): part = MessagePart(mediaType: type, body: .text(text))
        case .parts(let parts):
            part = MessagePart(mediaType: type, body: .multipart(parts.map { $0.part(octets) }))
        case .blob(let id):
            let source = ByteSource(octets[id] ?? [])
            part = MessagePart(mediaType: type, body: type.hasPrefix("message/") ? .message(source) : .octets(source))
        }
        part.parameters = parameters
        if let charset { part.parameters.append(MessagePart.Parameter("charset", charset)) }
        part.disposition = disposition
        part.fileName = name
        part.contentID = contentID
        part.languages = languages
        part.extraFields = fields
        return part
    }
}
