/// One body part to be written (RFC 2046), or a multipart of them.
package struct MessagePart: Sendable {
    package enum Body: Sendable {
        /// Text of `text/…`, with any ends of lines; written in UTF-8 with CRLF.
        case text(String)
        /// Octets, in base64.
        case octets(ByteSource)
        /// A part of `message/…`, written as it is and never encoded (RFC 2046 §5.2.1, RFC 3464 §2).
        case message(ByteSource)
        case multipart([MessagePart])
    }

    package enum Disposition: String, Sendable {
        case inline
        case attachment
    }

    /// One parameter of Content-Type, decoded.
    package struct Parameter: Sendable, Equatable {
        package let name: String
        package let value: String

        package init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    /// `type/subtype`
    package var mediaType: String
    package var parameters: [Parameter] = []
    package var body: Body
    package var disposition: Disposition?
    package var fileName: String?
    /// Content-ID without angle brackets, as `cid:` URLs have it (RFC 2392).
    package var contentID: String?
    /// Content-Description (RFC 2045 §8).
    package var contentDescription: String?
    /// Content-Language (RFC 3282), such as `es` and `en`.
    package var languages: [String] = []
    /// Fields behind these.
    package var extraFields: [DraftField] = []

    package init(mediaType: String, body: Body) {
        self.mediaType = mediaType
        self.body = body
    }

    package static func text(_ text: String, subtype: String = "plain") -> MessagePart {
        MessagePart(mediaType: "text/\(subtype)", body: .text(text))
    }

    /// Flowed text, wrapped (RFC 3676).
    package static func flowed(_ text: FlowedText) -> MessagePart {
        var part = MessagePart(mediaType: "text/plain", body: .text(text.write()))
        part.parameters = [Parameter("format", "flowed")]
        return part
    }

    package static func attachment(fileName: String?, mediaType: String, _ source: ByteSource) -> MessagePart {
        var part = MessagePart(mediaType: mediaType, body: .octets(source))
        part.disposition = .attachment
        part.fileName = fileName
        return part
    }

    /// An image or the like that the HTML part shows by `cid:`.
    package static func inline(
        contentID: String, fileName: String?, mediaType: String, _ source: ByteSource
    ) -> MessagePart {
        var part = MessagePart(mediaType: mediaType, body: .octets(source))
        part.disposition = .inline
        part.fileName = fileName
        part.contentID = contentID
        return part
    }

    /// A whole message, as forwarding attaches it.
    package static func message(_ source: ByteSource, fileName: String? = nil) -> MessagePart {
        var part = MessagePart(mediaType: "message/rfc822", body: .message(source))
        part.disposition = .attachment
        part.fileName = fileName
        return part
    }

    package static func multipart(
        _ subtype: String, _ parts: [MessagePart], parameters: [Parameter] = []
    ) -> MessagePart {
        var part = MessagePart(mediaType: "multipart/\(subtype)", body: .multipart(parts))
        part.parameters = parameters
        return part
    }

    /// What people compose, nested as readers expect: mixed(related(alternative(text, html), inline…), attachments…),
    /// without the levels that have only one part.
    package static func composed(
        text: MessagePart?, html: String?, inline: [MessagePart] = [], attachments: [MessagePart] = []
    ) -> MessagePart {
        var versions: [MessagePart] = []
        if let text { versions.append(text) }
        if let html { versions.append(.text(html, subtype: "html")) }
        if versions.isEmpty, inline.isEmpty, attachments.isEmpty { versions.append(.text("")) }
        var parts: [MessagePart] = []
        if versions.count > 1 {
            parts.append(.multipart("alternative", versions))
        } else {
            parts += versions
        }
        if !inline.isEmpty {
            // RFC 2387 §3.1: the type of the part that the others belong to.
            let root = (parts + inline)[0].mediaType
            parts = [.multipart("related", parts + inline, parameters: [Parameter("type", root)])]
        }
        if attachments.isEmpty { return parts[0] }
        return .multipart("mixed", parts + attachments)
    }
}
