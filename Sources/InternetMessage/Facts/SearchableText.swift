/// The text of a message as IMAP's search keys see it (RFC 9051 §6.4.4): transfer encodings and charsets undone, encoded
/// words decoded, folding taken out, HTML without its markup, in pieces that no search string crosses.
///
/// Parts that are no text are passed over, as the RFC allows; the names of their files are not.
package struct SearchableText {
    /// One piece.
    package enum Piece {
        /// A field of the message's own header.
        case field(HeaderField.Kind, name: String, value: String)
        /// A field of a part's header (RFC 2045 §3): it belongs to the header, and to no key but TEXT.
        case partField(name: String, value: String)
        /// Text of the body: of a part, or a field of a message within.
        case content(String)
    }

    /// Octets of decoded text that are looked at of one message; what stands behind them is not found.
    package static let octetsMax = 16 << 20

    private let message: ParsedMessage
    private let octets: Octets
    private let body: (Piece) -> Void
    private var octetsLeft = octetsMax

    private init(_ message: ParsedMessage, _ bytes: UnsafeRawBufferPointer, _ body: @escaping (Piece) -> Void) {
        self.message = message
        octets = Octets(bytes, limit: MessageLimits.octetsMax)
        self.body = body
    }

    /// Hands over all pieces of a message.
    package static func forEachPiece(
        of message: ParsedMessage, in bytes: UnsafeRawBufferPointer, _ body: (Piece) -> Void
    ) {
        withoutActuallyEscaping(body) { body in
            var reader = SearchableText(message, bytes, body)
            for part in message.parts.indices { reader.read(part) }
        }
    }

    /// Hands over the fields of the message's own header.
    package static func forEachField(
        of message: ParsedMessage, in bytes: UnsafeRawBufferPointer, _ body: (Piece) -> Void
    ) {
        withoutActuallyEscaping(body) { body in
            var reader = SearchableText(message, bytes, body)
            reader.readFields(of: 0)
        }
    }

    private mutating func read(_ part: Int) {
        guard octetsLeft > 0 else { return }
        readFields(of: part)
        let details = PartDetails(of: part, in: message, octets)
        // RFC 2231: a name that the field's own text may show encoded.
        if let name = details.fileName { hand(.partField(name: "Filename", value: name), name.utf8.count) }
        guard message.parts[part].kind == .leaf else { return }
        let text = DecodedText(message: message, octets: octets).text(of: part, details.type, limit: octetsLeft)
        if !text.isEmpty { hand(.content(text), text.utf8.count) }
    }

    private mutating func readFields(of part: Int) {
        let parent = message.parts[part].parent
        let isMessageWithin = parent.map { message.parts[$0].kind == .message } ?? false
        for field in message.fields[message.parts[part].fields] {
            guard octetsLeft > 0 else { return }
            let line = octets[field.value].unfolded()
            let name = String(decoding: octets[field.name].copy(), as: UTF8.self)
            let value = HeaderText.decode(unstructured: line[...])
            if parent == nil {
                hand(.field(field.kind, name: name, value: value), line.count)
            } else if isMessageWithin {
                hand(.content("\(name): \(value)"), line.count)
            } else {
                hand(.partField(name: name, value: value), line.count)
            }
        }
    }

    private mutating func hand(_ piece: Piece, _ octets: Int) {
        octetsLeft -= octets
        body(piece)
    }
}
