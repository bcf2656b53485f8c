// What is printed or logged tells the shape of a message and none of its text.

extension MessagePart: CustomStringConvertible {
    /// `multipart/mixed(text/plain, image/png)`
    package var description: String {
        guard case .multipart(let parts) = body else { return mediaType }
        return "\(mediaType)(\(parts.map(\.description).joined(separator: ", ")))"
    }
}

extension MessagePart.Body: CustomStringConvertible {
    package var description: String {
        switch self {
        case .text(let text): "text of \(text.utf8.count) octets"
        case .octets: "octets"
        case .message: "message"
        case .multipart(let parts): "\(parts.count) parts"
        }
    }
}

extension MessageBuilder: CustomStringConvertible {
    package var description: String { "message <\(messageID.text)>: \(body)" }
}

extension MessageBuilder.ExtraField: CustomStringConvertible {
    package var description: String { name }
}

extension FlowedText: CustomStringConvertible {
    package var description: String { "flowed text of \(paragraphs.count) paragraphs" }
}

extension FlowedText.Paragraph: CustomStringConvertible {
    package var description: String { "paragraph of \(text.utf8.count) octets" }
}
