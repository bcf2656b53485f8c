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

extension ParsedMessage {
    /// Content-Disposition of a part (RFC 2183); nil when it has none, or one that says nothing.
    func disposition(of part: Int, in octets: Octets) -> ParameterList? {
        guard let field = field(.contentDisposition, of: part) else { return nil }
        let list = ParameterList(parsing: octets[field.value].trimmed().copy()[...])
        return list.value.isEmpty ? nil : list
    }
}
