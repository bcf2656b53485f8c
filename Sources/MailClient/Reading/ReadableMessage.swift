package import InternetMessage

/// A message as people read it: its header, its text, what is attached.
package struct ReadableMessage: Sendable {
    /// A field of the header, decoded.
    package struct Field: Sendable, Hashable {
        package var name: String
        package var value: String
    }

    /// A file that came with it.
    package struct Attachment: Sendable, Hashable {
        /// From 1 up, as lists show it.
        package var number: Int
        /// As the sender wrote it; never a path to write to as it is.
        package var fileName: String?
        package var mediaType: String
        /// Octets once decoded, about.
        package var octets: Int
        /// Its position in the parsed message.
        var part: Int
    }

    package private(set) var from: [MailPerson] = []
    package private(set) var replyTo: [MailPerson] = []
    package private(set) var to: [MailPerson] = []
    package private(set) var cc: [MailPerson] = []
    package private(set) var bcc: [MailPerson] = []
    package private(set) var subject = ""
    package private(set) var date: MailDate?
    /// Without angle brackets; empty where there is none.
    package private(set) var messageID = ""
    /// Oldest first.
    package private(set) var references: [String] = []
    /// All fields in their order.
    package private(set) var fields: [Field] = []
    /// Lines; a long one is a paragraph that wants to be wrapped.
    package private(set) var lines: [String] = []
    /// By their numbers, from 1.
    package private(set) var links: [String] = []
    package private(set) var attachments: [Attachment] = []

    private let octets: [UInt8]
    private let parsed: ParsedMessage
    private var textOctets = 0

    /// Reads a message, whole or its beginning.
    package init(_ octets: [UInt8]) {
        self.octets = octets
        parsed = ParsedMessage(parsing: octets)
        readHeader()
        if !parsed.parts.isEmpty { read(0) }
        while lines.last?.allSatisfy(\.isWhitespace) == true { lines.removeLast() }
    }

    /// The text in one piece.
    package var text: String { lines.joined(separator: "\n") }

    // MARK: The header

    private mutating func readHeader() {
        guard let root = parsed.parts.first else { return }
        for field in parsed.fields[root.fields] {
            let value = octets[field.value.range]
            let name = String(decoding: octets[field.name.range], as: UTF8.self)
            fields.append(Field(name: name, value: HeaderText.decode(unstructured: value)))
            switch field.kind {
            case .from: from += Self.people(value)
            case .replyTo: replyTo += Self.people(value)
            case .to: to += Self.people(value)
            case .cc: cc += Self.people(value)
            case .bcc: bcc += Self.people(value)
            case .subject: subject = HeaderText.decode(unstructured: value)
            case .date: date = MailDate(parsing: value)
            case .messageID: messageID = InternetMessageID.list(value, limit: 1).first?.text ?? ""
            case .references: references = InternetMessageID.list(value, limit: 1_000).map(\.text)
            case .inReplyTo where references.isEmpty:
                references = InternetMessageID.list(value, limit: 1).map(\.text)
            default: break
            }
        }
    }

    private static func people(_ value: ArraySlice<UInt8>) -> [MailPerson] {
        AddressListParser.parse(value, limit: 10_000).compactMap { item in
            guard case .address(let address) = item else { return nil }
            return MailPerson(address)
        }
    }

    // MARK: The body

    /// Takes a part in; of alternatives the one that reads best here.
    private mutating func read(_ part: Int) {
        let description = describe(part)
        switch parsed.parts[part].kind {
        case .multipart where description.mediaType == "multipart/alternative":
            if let chosen = chosen(Array(parsed.children(of: part))) { read(chosen) }
        case .multipart:
            for child in parsed.children(of: part) { read(child) }
        case .message:
            attach(part, description)
        case .leaf:
            let isText = ["text/plain", "text/html"].contains(description.mediaType)
            let isReport = ["message/delivery-status", "message/disposition-notification"].contains(
                description.mediaType)
            if isText || isReport, description.disposition != "attachment" {
                addText(part, description)
            } else if description.mediaType != "text/rfc822-headers" || description.disposition != nil {
                attach(part, description)
            }
        }
    }

    private func describe(_ part: Int) -> PartDescription {
        octets.withUnsafeBytes { parsed.describe(part, in: $0) }
    }

    /// Plain text that says something, else HTML, else whatever has text in it.
    private func chosen(_ candidates: [Int]) -> Int? {
        let types = candidates.map { (part: $0, description: describe($0)) }
        if let plain = types.first(where: { $0.description.mediaType == "text/plain" }),
            !decoded(plain.part, plain.description).allSatisfy(\.isWhitespace)
        {
            return plain.part
        }
        return types.first { $0.description.mediaType == "text/html" }?.part
            ?? types.first { $0.description.mediaType.hasPrefix("multipart/") }?.part ?? candidates.last
    }

    private func decoded(_ part: Int, _ description: PartDescription) -> String {
        let body = description.body.partial(offset: 0, length: MailClientLimits.textOctetsMax).range
        let content = ContentDecoder.decoded(octets[body], encoding: description.encoding)
        return Charset.decode(content[...], label: description.charset ?? "")
    }

    private mutating func addText(_ part: Int, _ description: PartDescription) {
        guard textOctets < MailClientLimits.textOctetsMax else { return attach(part, description) }
        var text = decoded(part, description)
        textOctets += text.utf8.count
        if description.mediaType == "text/html" {
            let read = HTMLText.readable(from: text, limit: MailClientLimits.textOctetsMax)
            text = read.text
            links += read.links
        } else if let flow = flow(part) {
            text = FlowedText(parsing: text, trailingSpace: flow).unwrapped
        }
        if !lines.isEmpty { lines += [""] }
        for line in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
            lines.append(String(line))
        }
        while lines.last?.isEmpty == true { lines.removeLast() }
    }

    /// `format=flowed` (RFC 3676 §4); nil for text whose lines are fixed.
    private func flow(_ part: Int) -> FlowedText.TrailingSpace? {
        guard let field = parsed.field(.contentType, of: part) else { return nil }
        let parameters = ParameterList(parsing: octets[field.value.range])
        guard parameters["format"]?.lowercased() == "flowed" else { return nil }
        return parameters["delsp"]?.lowercased() == "yes" ? .deleted : .kept
    }

    // MARK: Attachments

    private mutating func attach(_ part: Int, _ description: PartDescription) {
        let encoded = description.body.count
        attachments.append(
            Attachment(
                number: attachments.count + 1, fileName: description.fileName, mediaType: description.mediaType,
                octets: description.encoding == .base64 ? encoded / 78 * 57 + encoded % 78 * 3 / 4 : encoded,
                part: part))
    }

    /// An attachment's octets, decoded.
    package func content(of attachment: Attachment) -> [UInt8] {
        let part = parsed.parts[attachment.part]
        return ContentDecoder.decoded(octets[part.body.range], encoding: part.encoding)
    }
}
