/// The text that a reader of an HTML body would see, roughly: for previews and for search, never for display.
///
/// One pass over UTF-8; tags, comments, scripts and styles are left out, references become their characters.
struct HTMLText {
    private let html: [UInt8]
    private let limit: Int
    private var position = 0
    private var text: [UInt8] = []

    /// The text of `html`, at most about `limit` octets of it.
    static func plain(_ html: [UInt8], limit: Int) -> [UInt8] {
        var reader = HTMLText(html, limit: limit)
        reader.read()
        return reader.text
    }

    private init(_ html: [UInt8], limit: Int) {
        self.html = html
        self.limit = limit
        text.reserveCapacity(min(html.count, limit))
    }

    private func octet(_ position: Int) -> UInt8 { position < html.count ? html[position] : 0 }

    private mutating func read() {
        while position < html.count, text.count < limit {
            let octet = html[position]
            if octet == ASCII.less, readMarkup() { continue }
            if octet == ASCII.ampersand, readReference() { continue }
            text.append(octet)
            position += 1
        }
    }

    /// Skips a tag, comment or declaration; false when the `<` is text.
    private mutating func readMarkup() -> Bool {
        let next = octet(position + 1)
        if next == UInt8(ascii: "!"), octet(position + 2) == ASCII.hyphen, octet(position + 3) == ASCII.hyphen {
            position = find("-->", from: position + 4).map { $0 + 3 } ?? html.count
            return true
        }
        let isClosing = next == ASCII.slash
        let nameStart = position + (isClosing ? 2 : 1)
        guard octet(nameStart).isASCIILetter || next == UInt8(ascii: "!") || next == UInt8(ascii: "?") else {
            return false
        }
        var nameEnd = nameStart
        while octet(nameEnd).isASCIILetter || octet(nameEnd).isASCIIDigit { nameEnd += 1 }
        let name = html[nameStart..<min(nameEnd, nameStart + 16)].map(\.asciiLowercased)
        position = endOfTag(from: nameEnd)
        if !isClosing, let hidden = Self.hidden.first(where: { $0.name == name }) {
            position = find(hidden.end, from: position).map { endOfTag(from: $0) } ?? html.count
        }
        if !Self.inline.contains(name) { text.append(ASCII.lf) }
        return true
    }

    /// Elements whose content nobody sees, and what ends them.
    private static let hidden: [(name: [UInt8], end: StaticString)] = [
        (Array("script".utf8), "</script"), (Array("style".utf8), "</style"), (Array("title".utf8), "</title"),
    ]

    /// Elements that do not part words.
    private static let inline: Set<[UInt8]> = Set(
        ["a", "abbr", "b", "bdo", "big", "cite", "code", "em", "font", "i", "ins", "del", "kbd", "mark", "s", "small"]
            .map { Array($0.utf8) }
            + ["span", "strike", "strong", "sub", "sup", "tt", "u", "wbr", "o", "st1"].map { Array($0.utf8) })

    /// The position behind the `>` of a tag, which may stand in quotes before.
    private func endOfTag(from start: Int) -> Int {
        var position = start
        var quote: UInt8 = 0
        while position < html.count {
            let octet = html[position]
            position += 1
            if quote != 0 {
                if octet == quote { quote = 0 }
            } else if octet == ASCII.quote || octet == ASCII.apostrophe {
                // Only behind `=` is it one: apostrophes elsewhere in broken tags would swallow the text.
                if position >= 2, html[position - 2] == ASCII.equals { quote = octet }
            } else if octet == ASCII.greater {
                return position
            }
        }
        return html.count
    }

    private func find(_ word: StaticString, from start: Int) -> Int? {
        let count = word.utf8CodeUnitCount
        guard start >= 0, html.count >= count else { return nil }
        var position = start
        while position + count <= html.count {
            var offset = 0
            while offset < count, html[position + offset].asciiLowercased == word.utf8Start[offset] { offset += 1 }
            if offset == count { return position }
            position += 1
        }
        return nil
    }

    /// Appends the character of `&amp;` or `&#8364;`; false when it is none that we know.
    private mutating func readReference() -> Bool {
        var end = position + 1
        while end - position < 12, octet(end) == ASCII.hash || octet(end).isASCIILetter || octet(end).isASCIIDigit {
            end += 1
        }
        let name = html[(position + 1)..<min(end, html.count)]
        guard let scalar = Self.scalar(String(decoding: name, as: UTF8.self)) else { return false }
        text.append(contentsOf: String(Character(scalar)).utf8)
        position = octet(end) == ASCII.semicolon ? end + 1 : end
        return true
    }

    private static func scalar(_ name: String) -> Unicode.Scalar? {
        if name.hasPrefix("#") {
            let digits = name.dropFirst()
            let isHexadecimal = digits.hasPrefix("x") || digits.hasPrefix("X")
            let number = isHexadecimal ? UInt32(digits.dropFirst(), radix: 16) : UInt32(digits, radix: 10)
            return number.flatMap { $0 == 0 ? nil : Unicode.Scalar($0) }
        }
        return named[name]
    }

    /// References that mail has; the others stay as they are written.
    private static let named: [String: Unicode.Scalar] = [
        "amp": "&", "lt": "<", "gt": ">", "quot": "\"", "apos": "'", "nbsp": "\u{A0}", "copy": "©", "reg": "®",
        "euro": "€", "pound": "£", "yen": "¥", "cent": "¢", "sect": "§", "deg": "°", "middot": "·", "bull": "•",
        "hellip": "…", "ndash": "–", "mdash": "—", "lsquo": "‘", "rsquo": "’", "ldquo": "“", "rdquo": "”",
        "laquo": "«", "raquo": "»", "trade": "™", "times": "×", "zwnj": "\u{200C}", "zwj": "\u{200D}",
        "shy": "\u{AD}", "iexcl": "¡", "iquest": "¿", "szlig": "ß",
        "auml": "ä", "ouml": "ö", "uuml": "ü", "Auml": "Ä", "Ouml": "Ö", "Uuml": "Ü", "aring": "å", "Aring": "Å",
        "aelig": "æ", "AElig": "Æ", "oslash": "ø", "Oslash": "Ø", "ccedil": "ç", "Ccedil": "Ç", "ntilde": "ñ",
        "Ntilde": "Ñ", "aacute": "á", "eacute": "é", "iacute": "í", "oacute": "ó", "uacute": "ú", "Aacute": "Á",
        "Eacute": "É", "Iacute": "Í", "Oacute": "Ó", "Uacute": "Ú", "agrave": "à", "egrave": "è", "ograve": "ò",
        "ugrave": "ù", "acirc": "â", "ecirc": "ê", "icirc": "î", "ocirc": "ô", "ucirc": "û", "euml": "ë", "iuml": "ï",
        "atilde": "ã", "otilde": "õ",
    ]
}
