internal import InternetMessage

/// A part as the algorithm of RFC 8621 §4.1.4 sees it.
struct BodyPart: Equatable {
    /// Its position in `ParsedMessage.parts`.
    let position: Int
    /// `text/plain`, in small letters.
    let type: String
    let disposition: String?
    let name: String?
    /// Nil for what is no multipart.
    let parts: [BodyPart]?
}

/// What of a message is shown as its text, and what is attached (RFC 8621 §4.1.4).
struct BodyParts {
    private(set) var textBody: [BodyPart] = []
    private(set) var htmlBody: [BodyPart] = []
    private(set) var attachments: [BodyPart] = []

    init(_ root: BodyPart) {
        var text: [BodyPart]? = []
        var html: [BodyPart]? = []
        read([root], "mixed", .outside, &html, &text)
        textBody = text ?? []
        htmlBody = html ?? []
    }

    /// Whether a multipart/alternative is around.
    private enum Surroundings {
        case outside
        case inAlternative
    }

    private static func isInlineMedia(_ type: String) -> Bool {
        type.hasPrefix("image/") || type.hasPrefix("audio/") || type.hasPrefix("video/")
    }

    /// `parseStructure` of RFC 8621. A list that is nil takes nothing: the other version of an alternative has it.
    ///
    /// Recursion is bounded by `MessageLimits.depthMax`.
    private mutating func read(
        _ parts: [BodyPart], _ multipart: String, _ surroundings: Surroundings, _ htmlBody: inout [BodyPart]?,
        _ textBody: inout [BodyPart]?
    ) {
        let textCount = textBody?.count ?? -1
        let htmlCount = htmlBody?.count ?? -1
        // What is nil here is nil for this multipart alone.
        var (takesHTML, takesText) = (htmlBody != nil, textBody != nil)
        for (index, part) in parts.enumerated() {
            if let inner = part.parts {
                let subtype = String(part.type.dropFirst("multipart/".utf8.count))
                let within: Surroundings =
                    subtype == "alternative" || surroundings == .inAlternative ? .inAlternative : .outside
                var html = takesHTML ? htmlBody : nil
                var text = takesText ? textBody : nil
                read(inner, subtype, within, &html, &text)
                if let html { htmlBody = html }
                if let text { textBody = text }
            } else if isBody(part, at: index, in: multipart) {
                if multipart == "alternative" {
                    switch part.type {
                    case "text/plain" where takesText: textBody?.append(part)
                    case "text/html" where takesHTML: htmlBody?.append(part)
                    case "text/plain", "text/html": break
                    default: attachments.append(part)
                    }
                    continue
                }
                if surroundings == .inAlternative {
                    if part.type == "text/plain" { takesHTML = false }
                    if part.type == "text/html" { takesText = false }
                }
                if takesText { textBody?.append(part) }
                if takesHTML { htmlBody?.append(part) }
                if !takesText || !takesHTML, Self.isInlineMedia(part.type) { attachments.append(part) }
            } else {
                attachments.append(part)
            }
        }
        guard multipart == "alternative", takesText, takesHTML, let text = textBody, let html = htmlBody else { return }
        // One version alone stands for both.
        if textCount == text.count, htmlCount != html.count { textBody = text + html[htmlCount...] }
        if htmlCount == html.count, textCount != text.count { htmlBody = html + text[textCount...] }
    }

    private func isBody(_ part: BodyPart, at index: Int, in multipart: String) -> Bool {
        guard part.disposition != "attachment",
            part.type == "text/plain" || part.type == "text/html" || Self.isInlineMedia(part.type)
        else { return false }
        // Of a multipart/related the first alone is shown; a text with a name, other than as the first, is a file.
        return index == 0
            || multipart != "related" && (Self.isInlineMedia(part.type) || part.name?.isEmpty ?? true)
    }
}
