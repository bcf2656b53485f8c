/// The text of an HTML part: no markup, a line for each block, for previews and search; or laid out for people who read
/// it where no HTML is shown, with its links in a list.
///
/// A tolerant scanner, no parser: whatever comes, it reads each octet once and gives text. What it gives is not safe
/// to be put into a page unescaped: entities are decoded.
package struct HTMLText {
    private let bytes: [UInt8]
    private let limit: Int
    private var index = 0
    private var output: [UInt8] = []
    private var pending = Gap.none
    private var preDepth = 0
    private let layout: Layout
    var reading = HTMLReading()

    /// What the text is for.
    enum Layout: Hashable {
        /// Words alone.
        case plain
        /// Paragraphs, lists, quotes and links as text has them.
        case readable
    }

    private enum Gap: Int {
        case none
        case space
        case line
        case paragraph
    }

    /// The text of `html`, at most `limit` octets of UTF-8, whole characters.
    package static func plain(from html: String, limit: Int = .max) -> String {
        var scanner = HTMLText(Array(html.utf8), limit: limit)
        return scanner.scan()
    }

    /// The text of `html` in UTF-8; wrong octets become U+FFFD.
    package static func plain(from html: ArraySlice<UInt8>, limit: Int = .max) -> String {
        plain(from: String(decoding: html, as: UTF8.self), limit: limit)
    }

    init(_ bytes: [UInt8], limit: Int, layout: Layout = .plain) {
        self.bytes = bytes
        self.limit = max(0, limit)
        self.layout = layout
    }

    mutating func scan() -> String {
        while index < bytes.count, output.count <= limit {
            switch bytes[index] {
            case UInt8(ascii: "<"): scanMarkup()
            case UInt8(ascii: "&"): scanReference()
            default: scanText()
            }
        }
        var end = min(output.count, limit)
        if end < output.count { while end > 0, output[end] & 0xC0 == 0x80 { end -= 1 } }
        return String(decoding: output[..<end], as: UTF8.self)
    }

    private mutating func scanText() {
        let octet = bytes[index]
        index += 1
        if octet == 0x20 || octet == 0x09 || octet == 0x0A || octet == 0x0C || octet == 0x0D {
            if preDepth > 0, layout == .readable, octet != 0x0D {
                output.append(contentsOf: octet == 0x0A ? [0x0A] + reading.linePrefix : [octet])
            } else if preDepth > 0, octet == 0x0A {
                pending = .line
            } else {
                addGap(.space)
            }
        } else if !octet.isControl {
            put(octet)
        }
    }

    private mutating func put(_ octet: UInt8) {
        switch pending {
        case .none: break
        case .space: if !output.isEmpty { output.append(0x20) }
        case .line: if !output.isEmpty { output.append(0x0A) }
        case .paragraph: if !output.isEmpty { output.append(contentsOf: [0x0A] + reading.linePrefix + [0x0A]) }
        }
        if layout == .readable {
            if output.isEmpty || pending.rawValue >= Gap.line.rawValue { output.append(contentsOf: reading.linePrefix) }
            output.append(contentsOf: reading.takeMark())
        }
        pending = .none
        output.append(octet)
    }

    private mutating func addGap(_ gap: Gap) {
        if gap.rawValue > pending.rawValue { pending = gap }
    }

    private mutating func scanReference() {
        if let (text, end) = HTMLEntities.reference(in: bytes, at: index) {
            index = end
            for octet in text {
                // A no-break space is a space here; other controls have no place in text.
                if octet == 0x20 || octet == 0x0A { addGap(.space) } else if !octet.isControl { put(octet) }
            }
        } else {
            put(bytes[index])
            index += 1
        }
    }

    private mutating func scanMarkup() {
        let next = index + 1 < bytes.count ? bytes[index + 1] : 0
        switch next {
        case UInt8(ascii: "!"):
            skipDeclaration()
        case UInt8(ascii: "?"):
            index = end(of: UInt8(ascii: ">"), from: index)
        case UInt8(ascii: "/"):
            scanTag(nameStart: index + 2, isEnd: true)
        case _ where next.isASCIILetter:
            scanTag(nameStart: index + 1, isEnd: false)
        default:
            put(UInt8(ascii: "<"))
            index += 1
        }
    }

    /// `<!-- … -->`, `<!DOCTYPE …>`, `<![if …]>`
    private mutating func skipDeclaration() {
        guard bytes[index...].starts(with: Array("<!--".utf8)) else {
            index = end(of: UInt8(ascii: ">"), from: index)
            return
        }
        var position = index + 4
        // `<!-->` and `<!--->` are whole comments.
        if position < bytes.count, bytes[position] == UInt8(ascii: ">") {
            index = position + 1
            return
        }
        while position < bytes.count {
            if bytes[position] == UInt8(ascii: ">"), bytes[position - 1] == 0x2D, bytes[position - 2] == 0x2D {
                index = position + 1
                return
            }
            position += 1
        }
        index = bytes.count
    }

    private mutating func scanTag(nameStart: Int, isEnd: Bool) {
        var nameEnd = nameStart
        var name: [UInt8] = []
        while nameEnd < bytes.count, bytes[nameEnd].isASCIILetter || bytes[nameEnd].isASCIIDigit {
            if name.count < 12 { name.append(bytes[nameEnd].asciiLowercased) }
            nameEnd += 1
        }
        index = endOfTag(from: nameEnd)
        let tag = String(decoding: name, as: UTF8.self)
        if layout == .readable { lay(tag, isEnd: isEnd, attributes: bytes[nameEnd..<max(nameEnd, index)]) }
        if Self.skipped.contains(tag), !isEnd {
            skipContent(of: name)
        } else if tag == "pre" || tag == "textarea" {
            preDepth = max(0, preDepth + (isEnd ? -1 : 1))
            addGap(.line)
        } else if Self.blocks.contains(tag) {
            addGap(.line)
        } else if tag == "td" || tag == "th" || tag == "img" {
            addGap(.space)
        }
    }

    /// What a tag does to text that people read.
    private mutating func lay(_ tag: String, isEnd: Bool, attributes: ArraySlice<UInt8>) {
        if HTMLReading.paragraphs.contains(tag) { addGap(.paragraph) }
        switch tag {
        case "blockquote": reading.quote(isEnd: isEnd)
        case "ul", "ol": reading.list(isOrdered: tag == "ol", isEnd: isEnd)
        case "li" where !isEnd:
            addGap(.line)
            reading.markItem()
        case "a":
            for octet in isEnd ? reading.endLink(behind: output[...]) : [] { output.append(octet) }
            if !isEnd { reading.beginLink(HTMLReading.attribute("href", in: attributes), at: output.count) }
        case "img":
            guard let text = HTMLReading.attribute("alt", in: attributes), !text.isEmpty else { return }
            addGap(.space)
            for octet in "[\(text)]".utf8 { put(octet) }
        case "hr":
            addGap(.line)
            for octet in "────────────────────".utf8 { put(octet) }
            addGap(.line)
        case "br": if pending == .line { addGap(.paragraph) }
        default: break
        }
    }

    /// The index behind the `>`; one inside quotes does not count. Broken quotes end with the tag's line of sight: an
    /// unclosed one would swallow the message.
    private func endOfTag(from start: Int) -> Int {
        var position = start
        var quote: UInt8 = 0
        var firstEnd: Int?
        while position < bytes.count {
            let octet = bytes[position]
            if octet == UInt8(ascii: ">") {
                if quote == 0 { return position + 1 }
                if firstEnd == nil { firstEnd = position + 1 }
            }
            if quote != 0 {
                if octet == quote { quote = 0 }
                if position - start > Self.tagLengthMax { return firstEnd ?? position }
            } else if octet == UInt8(ascii: "\"") || octet == UInt8(ascii: "'") {
                quote = octet
            }
            position += 1
        }
        return firstEnd ?? bytes.count
    }

    /// Goes to `</name`, wherever that is; the content is no text.
    ///
    /// A head is not skipped as a whole: many are never closed, and what it has beside these elements is no text.
    private mutating func skipContent(of name: [UInt8]) {
        while index < bytes.count {
            if bytes[index] == UInt8(ascii: "<"), index + 2 + name.count <= bytes.count,
                bytes[index + 1] == UInt8(ascii: "/")
            {
                let found = bytes[(index + 2)..<(index + 2 + name.count)]
                if found.elementsEqual(name, by: { $0.asciiLowercased == $1 }) { return }
            }
            index += 1
        }
    }

    private func end(of octet: UInt8, from start: Int) -> Int {
        bytes[start...].firstIndex(of: octet).map { $0 + 1 } ?? bytes.count
    }

    /// A tag whose quotes go on for longer than this has lost one. Inline images make long ones.
    private static let tagLengthMax = 2_097_152
    private static let skipped: Set<String> = [
        "script", "style", "title", "template", "svg", "math", "xml",
    ]
    private static let blocks: Set<String> = [
        "address", "article", "aside", "blockquote", "body", "br", "center", "dd", "div", "dl", "dt", "fieldset",
        "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "html", "li", "main", "nav",
        "ol", "option", "p", "section", "table", "tbody", "tfoot", "thead", "tr", "ul",
    ]
}
