internal import InternetMessage
internal import JSON

/// The octets of a message, or of its header alone, and what they say.
struct MessageContent {
    let octets: [UInt8]
    let parsed: ParsedMessage

    /// Reads a message.
    init(_ octets: [UInt8]) {
        self.octets = octets
        parsed = ParsedMessage(parsing: octets)
    }

    /// A value of the message's header, or of a part's.
    func value(_ property: HeaderProperty, of part: Int = 0) -> JSONValue {
        let name = property.key
        let fields = parsed.fields[parsed.parts[part].fields].filter { self.name(of: $0).lowercased() == name }
        switch property.instances {
        case .all: return .array(fields.map { value(of: $0, property.form) })
        case .last: return fields.last.map { value(of: $0, property.form) } ?? .null
        }
    }

    private func name(of field: HeaderField) -> String {
        String(decoding: octets[field.name.range], as: UTF8.self)
    }

    private func value(of field: HeaderField, _ form: HeaderProperty.Form) -> JSONValue {
        HeaderValue(octets[field.value.range]).json(form)
    }

    /// `EmailHeader[]`
    func headers(of part: Int = 0) -> JSONValue {
        .array(
            parsed.fields[parsed.parts[part].fields].map { field in
                .object([
                    "name": .string(name(of: field)),
                    "value": .string(HeaderValue(octets[field.value.range]).raw),
                ])
            })
    }

    /// The decoded octets of a part.
    func decoded(_ part: Int) -> [UInt8] {
        let body = octets[parsed.parts[part].body.range]
        let encoding = parsed.parts[part].encoding
        guard parsed.parts[part].kind == .leaf, !encoding.isIdentity else { return Array(body) }
        return ContentDecoder.decoded(body, encoding: encoding)
    }

    func describe(_ part: Int) -> PartDescription {
        octets.withUnsafeBytes { parsed.describe(part, in: $0) }
    }
}
