/// A part as a program asks for it: JMAP's `EmailBodyPart` (RFC 8621 §4.1.4), a webmail's list of attachments.
package struct PartDescription: Sendable, Hashable {
    /// Its number in IMAP, `1.2`; empty for the message itself.
    package let number: [Int]
    /// `text/plain`, in lower case.
    package let mediaType: String
    /// The name of a charset as given; nil when none is.
    package let charset: String?
    /// `inline` or `attachment`, in lower case, or another; nil when there is none.
    package let disposition: String?
    /// The name that its sender gave the file. Never a path to write to as it is.
    package let fileName: String?
    /// Content-ID without angle brackets.
    package let contentID: String?
    package let description: String?
    package let location: String?
    package let languages: [String]
    package let encoding: ContentTransferEncoding
    /// The body as encoded.
    package let body: ByteRange
}

extension PartDescription: CustomDebugStringConvertible {
    /// Number, type and size alone: logs carry nothing that people wrote.
    package var debugDescription: String { "PartDescription(\(number) \(mediaType) \(body.count) octets)" }
}

extension ParsedMessage {
    /// What there is to say of a part; `bytes` are those that were parsed.
    package func describe(_ part: Int, in bytes: UnsafeRawBufferPointer) -> PartDescription {
        let octets = Octets(bytes, limit: MessageLimits.octetsMax)
        let details = PartDetails(of: part, in: self, octets)
        let type = details.type
        let id = field(.contentID, of: part).flatMap {
            InternetMessageID.list(octets[$0.value], limit: 1).first?.text ?? text(.contentID, of: part, octets)
        }
        let languages = line(.contentLanguage, of: part, in: octets)?
            .split(whereSeparator: { $0 == ASCII.comma || $0.isBlank })
        let mediaType = (type.type + [ASCII.slash] + type.subtype).map(\.asciiLowercased)
        return PartDescription(
            number: number(of: part), mediaType: String(decoding: mediaType, as: UTF8.self),
            charset: type.parameters?["charset"], disposition: details.disposition?.value.lowercased(),
            fileName: details.fileName, contentID: id,
            description: text(.contentDescription, of: part, octets),
            location: text(.contentLocation, of: part, octets),
            languages: (languages ?? []).map { String(decoding: $0, as: UTF8.self) }, encoding: parts[part].encoding,
            body: parts[part].body)
    }

    private func text(_ kind: HeaderField.Kind, of part: Int, _ octets: Octets) -> String? {
        line(kind, of: part, in: octets).map { HeaderText.decode(unstructured: $0[...]) }
    }

    /// The part number of IMAP (RFC 9051 §6.4.5.1). The body of a message without parts is its part 1; a message
    /// within, and a multipart that is the whole of one, have no number of their own: that of what they are in.
    package func number(of part: Int) -> [Int] {
        var reversed: [Int] = []
        var current = part
        if parts[part].kind != .multipart, isMessageRoot(part) { reversed.append(1) }
        while let parent = parts[current].parent {
            if parts[parent].kind == .multipart {
                reversed.append(Int(parts[current].ordinal) + 1)
            } else if parts[parent].kind == .message, isMessageRoot(parent) {
                reversed.append(1)
            }
            current = parent
        }
        return reversed.reversed()
    }

    private func isMessageRoot(_ part: Int) -> Bool {
        guard let parent = parts[part].parent else { return true }
        return parts[parent].kind == .message
    }
}
