/// The beginning of what a message says, in one line (RFC 8970 §3.2).
struct PreviewText {
    let message: ParsedMessage
    let octets: Octets
    let details: [PartDetails]

    /// At most ``MessageLimits/previewCharactersMax`` characters; empty when the message has no text of its own.
    ///
    /// Plain text before HTML, since that needs no guessing; HTML when the plain text says nothing.
    func read() -> String {
        let bodies = textBodies()
        for part in bodies.plain + bodies.html {
            let type = details[part].type
            let limit = message.limits.previewOctetsMax
            // What plain text begins with is its preview; HTML begins with much that is not seen.
            let octetsMax = type.isHTML ? limit : min(limit, message.limits.previewCharactersMax * 8)
            let text = DecodedText(message: message, octets: octets).text(of: part, type, limit: octetsMax)
            let line = Self.line(text, charactersMax: message.limits.previewCharactersMax)
            if !line.isEmpty { return line }
        }
        return ""
    }

    /// The first parts of each kind that are no attachments.
    private func textBodies() -> (plain: [Int], html: [Int]) {
        var plain: [Int] = []
        var html: [Int] = []
        for part in message.parts.indices where message.parts[part].kind == .leaf {
            guard plain.count < 2, html.count < 2, part < 64 else { break }
            let type = details[part].type
            guard type.isPlainText || type.isHTML else { continue }
            if details[part].isDeclaredAttachment { continue }
            if type.isHTML { html.append(part) } else { plain.append(part) }
        }
        return (plain, html)
    }

    /// The text in one line: white space collapsed, what nobody sees left out.
    static func line(_ text: String, charactersMax: Int) -> String {
        var line: [UInt8] = []
        line.reserveCapacity(charactersMax * 2)
        var count = 0
        var isSpacePending = false
        for scalar in text.unicodeScalars {
            if scalar.value >= 0x80, isInvisible(scalar) { continue }
            if isSpace(scalar) {
                isSpacePending = count > 0
                continue
            }
            guard count + (isSpacePending ? 1 : 0) < charactersMax else { break }
            if isSpacePending {
                line.append(ASCII.space)
                count += 1
                isSpacePending = false
            }
            if scalar.value < 0x80 {
                line.append(UInt8(truncatingIfNeeded: scalar.value))
            } else {
                line.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
            }
            count += 1
        }
        // The end of what was decoded may have cut a character in two.
        if line.suffix(3).elementsEqual(UTF8.encodedReplacementCharacter) { line.removeLast(3) }
        return String(decoding: line, as: UTF8.self)
    }

    private static func isSpace(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value <= 0x20 || scalar.value == 0xA0 || scalar.value == 0x7F
            || scalar.value > 0x7F && scalar.properties.isWhitespace
    }

    /// Marks that newsletters fill their previews with.
    private static func isInvisible(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0xAD, 0x34F, 0x61C, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x180E, 0x200B...0x200F, 0x2060...0x2064, 0xFEFF:
            true
        default: false
        }
    }
}
