/// A part's media type as it counts, with what stands for one that is missing or cannot be read.
struct ContentType {
    /// As written.
    let type: [UInt8]
    /// As written.
    let subtype: [UInt8]
    /// Nil when it has none.
    let parameters: ParameterList?

    /// The type of a part by its header.
    init(of part: Int, in message: ParsedMessage, _ octets: Octets) {
        let value = message.field(.contentType, of: part).map { octets[$0.value] }
        switch message.parts[part].mediaTypeSource {
        case .declared:
            guard let value, let names = MediaTypeScan(value) else { fallthrough }
            type = octets.copy(names.type)
            subtype = octets.copy(names.subtype)
            parameters = Self.parameters(value)
        case .defaultText:
            type = Self.text
            subtype = Self.plain
            parameters = Self.usASCII
        case .defaultMessage:
            type = Array("message".utf8)
            subtype = Array("rfc822".utf8)
            parameters = nil
        case .opaque:
            type = Array("application".utf8)
            subtype = Array("octet-stream".utf8)
            // The name of a file is of use whatever the file is.
            parameters = value.flatMap(Self.parameters)
        }
    }

    /// `text/plain` and nothing else, in lower case.
    private static let text = Array("text".utf8)
    private static let plain = Array("plain".utf8)
    private static let usASCII = ParameterList(parsing: Array("text/plain; CHARSET=US-ASCII".utf8)[...])

    private static func parameters(_ value: Octets) -> ParameterList? {
        guard value.first(ASCII.equals, from: value.start) != nil else { return nil }
        return ParameterList(parsing: value.copy()[...])
    }

    var isText: Bool { Self.equals(type, "text") }
    var isPlainText: Bool { isText && Self.equals(subtype, "plain") }
    var isHTML: Bool { isText && Self.equals(subtype, "html") }

    /// True for `name` in lower case.
    func isType(_ name: StaticString) -> Bool { Self.equals(type, name) }
    /// True for `name` in lower case.
    func isSubtype(_ name: StaticString) -> Bool { Self.equals(subtype, name) }

    private static func equals(_ name: [UInt8], _ other: StaticString) -> Bool {
        name.withUnsafeBytes { Octets($0).equalsIgnoringCase(0..<name.count, other) }
    }
}

/// What the structured MIME fields of a part say; read once, asked several times.
struct PartDetails {
    let type: ContentType
    /// Content-Disposition (RFC 2183); nil when there is none, or one that says nothing.
    let disposition: ParameterList?

    init(of part: Int, in message: ParsedMessage, _ octets: Octets) {
        type = ContentType(of: part, in: message, octets)
        disposition = message.field(.contentDisposition, of: part).flatMap {
            let list = ParameterList(parsing: octets[$0.value].trimmed().copy()[...])
            return list.value.isEmpty ? nil : list
        }
    }

    /// True when the part says itself that it is one.
    var isDeclaredAttachment: Bool { disposition?.value.lowercased() == "attachment" }

    /// The name that its sender gave the file.
    var fileName: String? { disposition?["filename"] ?? type.parameters?["name"] }
}

extension ParsedMessage {
    /// The details of all parts.
    func details(in octets: Octets) -> [PartDetails] {
        parts.indices.map { PartDetails(of: $0, in: self, octets) }
    }
}
