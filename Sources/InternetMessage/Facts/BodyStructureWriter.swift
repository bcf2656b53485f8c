/// IMAP's BODYSTRUCTURE, or BODY, which is the same without extension data (RFC 9051 §7.5.2).
///
/// Types, names of parameters and encodings are written in upper case, as in the RFCs' examples: their case means
/// nothing. A parameter that RFC 2231 splits is put together.
///
/// Deviation: RFC 9051 asks for the value of an encoded parameter in UTF-8 under `NAME*`. It is written there as one
/// RFC 2231 value, `UTF-8''…`, for clients that see a `*` undo that encoding, and do not understand its absence.
struct BodyStructureWriter {
    /// Which of the two.
    enum Form {
        case body
        case bodyStructure
    }

    let message: ParsedMessage
    let octets: Octets
    let details: [PartDetails]
    let form: Form

    /// Appends the structure of `part`. Recursion is bounded by ``MessageLimits/depthMax``.
    func write(_ part: Int, to text: inout IMAPText) {
        let type = details[part].type
        text.raw("(")
        if message.parts[part].kind == .multipart {
            for child in message.children(of: part) { write(child, to: &text) }
            text.raw(" ")
            text.uppercaseString(type.subtype)
            if form == .bodyStructure {
                text.raw(" ")
                parameters(type.parameters, to: &text)
                dispositionLanguageLocation(part, to: &text)
            }
        } else {
            fields(part, type, to: &text)
            if message.parts[part].kind == .message, let child = message.parts[part].firstChild {
                text.raw(" ")
                EnvelopeWriter(message: message, octets: octets).write(child, to: &text)
                text.raw(" ")
                write(child, to: &text)
            }
            if message.parts[part].kind == .message || type.isText {
                text.raw(" ")
                text.number(Int(message.parts[part].bodyLines))
            }
            if form == .bodyStructure {
                text.raw(" ")
                text.nstring(line(.contentMD5, part))
                dispositionLanguageLocation(part, to: &text)
            }
        }
        text.raw(")")
    }

    /// `"TEXT" "PLAIN" ("CHARSET" "US-ASCII") NIL NIL "7BIT" 3028`
    private func fields(_ part: Int, _ type: ContentType, to text: inout IMAPText) {
        text.uppercaseString(type.type)
        text.raw(" ")
        text.uppercaseString(type.subtype)
        text.raw(" ")
        parameters(type.parameters, to: &text)
        text.raw(" ")
        text.nstring(line(.contentID, part))
        text.raw(" ")
        text.nstring(line(.contentDescription, part))
        text.raw(" ")
        encoding(part, to: &text)
        text.raw(" ")
        text.number(message.parts[part].body.count)
    }

    private func encoding(_ part: Int, to text: inout IMAPText) {
        guard let field = message.field(.contentTransferEncoding, of: part) else { return text.raw("\"7BIT\"") }
        let known = message.parts[part].encoding
        if known != .other { return text.uppercaseString(known.rawValue.utf8) }
        let name = octets[field.value].unfolded().prefix { $0.isTokenOctet }
        text.uppercaseString(name.isEmpty ? ArraySlice(ContentTransferEncoding.other.rawValue.utf8) : name)
    }

    private func parameters(_ list: ParameterList?, to text: inout IMAPText) {
        guard let list, !list.raw.isEmpty else { return text.raw("NIL") }
        let isPlain = !list.raw.contains { $0.name.utf8.contains(ASCII.asterisk) }
        text.raw("(")
        var isFirst = true
        if isPlain {
            for parameter in list.raw {
                if !isFirst { text.raw(" ") }
                isFirst = false
                text.uppercaseString(parameter.name.utf8)
                text.raw(" ")
                text.string(parameter.value)
            }
        } else {
            for parameter in list.decoded {
                if !isFirst { text.raw(" ") }
                isFirst = false
                decoded(parameter, to: &text)
            }
        }
        text.raw(")")
    }

    private func decoded(_ parameter: ParameterList.Decoded, to text: inout IMAPText) {
        let value = Array(parameter.value.utf8)
        guard value.contains(where: { $0 >= 0x80 }) || parameter.language != nil else {
            text.uppercaseString(parameter.name.utf8)
            text.raw(" ")
            return text.string(value)
        }
        text.uppercaseString(Array(parameter.name.utf8) + [ASCII.asterisk])
        text.raw(" ")
        var encoded = Array("UTF-8'".utf8)
        encoded.append(contentsOf: (parameter.language ?? "").utf8)
        encoded.append(ASCII.apostrophe)
        for octet in value {
            // RFC 2231 §7, attribute-char.
            let isPlain = octet.isTokenOctet && ![ASCII.asterisk, ASCII.apostrophe, ASCII.percent].contains(octet)
            if isPlain {
                encoded.append(octet)
            } else {
                encoded.append(ASCII.percent)
                encoded.append(UInt8.hexadecimalDigit(octet >> 4))
                encoded.append(UInt8.hexadecimalDigit(octet & 15))
            }
        }
        text.string(encoded)
    }

    private func dispositionLanguageLocation(_ part: Int, to text: inout IMAPText) {
        text.raw(" ")
        if let disposition = details[part].disposition {
            text.raw("(")
            text.uppercaseString(disposition.value.utf8)
            text.raw(" ")
            parameters(disposition, to: &text)
            text.raw(")")
        } else {
            text.raw("NIL")
        }
        text.raw(" ")
        languages(part, to: &text)
        text.raw(" ")
        text.nstring(line(.contentLocation, part))
    }

    /// One language tag as a string, several as a list (RFC 3282).
    private func languages(_ part: Int, to text: inout IMAPText) {
        let tags = line(.contentLanguage, part)?.split(whereSeparator: { $0 == ASCII.comma || $0.isBlank }) ?? []
        guard let first = tags.first else { return text.raw("NIL") }
        guard tags.count > 1 else { return text.string(Array(first)) }
        text.raw("(")
        for (position, tag) in tags.enumerated() {
            if position > 0 { text.raw(" ") }
            text.string(Array(tag))
        }
        text.raw(")")
    }

    private func line(_ kind: HeaderField.Kind, _ part: Int) -> [UInt8]? {
        message.field(kind, of: part).map { octets[$0.value].unfolded() }
    }
}
