/// Character references of HTML: numbers, and the names that mail has.
enum HTMLEntities {
    /// The UTF-8 text of the reference at `start`, where `&` is, and the index behind it; nil when it is none.
    static func reference(in bytes: [UInt8], at start: Int) -> (text: [UInt8], end: Int)? {
        guard start + 1 < bytes.count else { return nil }
        if bytes[start + 1] == UInt8(ascii: "#") { return number(in: bytes, at: start + 2) }
        var end = start + 1
        while end < bytes.count, end - start <= nameLengthMax, bytes[end].isASCIILetter || bytes[end].isASCIIDigit {
            end += 1
        }
        let name = String(decoding: bytes[(start + 1)..<end], as: UTF8.self)
        let isClosed = end < bytes.count && bytes[end] == UInt8(ascii: ";")
        guard let text = named[name], isClosed || bareNames.contains(name) else { return nil }
        return (Array(text.utf8), isClosed ? end + 1 : end)
    }

    private static let nameLengthMax = 10

    private static func number(in bytes: [UInt8], at start: Int) -> (text: [UInt8], end: Int)? {
        var end = start
        let isHexadecimal = end < bytes.count && bytes[end].asciiLowercased == UInt8(ascii: "x")
        if isHexadecimal { end += 1 }
        let digitsStart = end
        var value: UInt32 = 0
        while end < bytes.count, let digit = bytes[end].hexadecimalValue, isHexadecimal || digit < 10 {
            // Stays above the last scalar once it got there, whatever digits follow.
            value = min(value * (isHexadecimal ? 16 : 10) + UInt32(digit), 0x0FFF_FFFF)
            end += 1
        }
        guard end > digitsStart else { return nil }
        if end < bytes.count, bytes[end] == UInt8(ascii: ";") { end += 1 }
        if (0x80...0x9F).contains(value) {
            // Numbers of windows-1252, as browsers read them.
            return (Array(Charset.windows1252.decode([UInt8(value)][...]).utf8), end)
        }
        if value == 0xA0 { return ([0x20], end) }
        let scalar = value == 0 ? "\u{FFFD}" : Unicode.Scalar(value) ?? "\u{FFFD}"
        return (Array(String(Character(scalar)).utf8), end)
    }

    /// Names that count without a semicolon (HTML, named character references).
    private static let bareNames: Set<String> = ["amp", "lt", "gt", "quot", "nbsp", "copy", "reg"]

    private static let named: [String: String] = {
        var named = [
            "amp": "&", "lt": "<", "gt": ">", "quot": "\"", "apos": "'", "nbsp": " ", "shy": "", "zwnj": "", "zwj": "",
            "ensp": " ", "emsp": " ", "thinsp": " ", "lrm": "", "rlm": "",
            "euro": "€", "hellip": "…", "ndash": "–", "mdash": "—", "lsquo": "‘", "rsquo": "’", "sbquo": "‚",
            "ldquo": "“", "rdquo": "”", "bdquo": "„", "bull": "•", "trade": "™", "permil": "‰", "lsaquo": "‹",
            "rsaquo": "›", "dagger": "†", "Dagger": "‡", "prime": "′", "Prime": "″", "oline": "‾", "frasl": "⁄",
            "larr": "←", "uarr": "↑", "rarr": "→", "darr": "↓", "harr": "↔", "rArr": "⇒", "lArr": "⇐", "hArr": "⇔",
            "minus": "−", "infin": "∞", "ne": "≠", "le": "≤", "ge": "≥", "asymp": "≈", "sum": "∑", "radic": "√",
            "part": "∂", "forall": "∀", "exist": "∃", "empty": "∅", "isin": "∈", "cap": "∩", "cup": "∪", "there4": "∴",
            "spades": "♠", "clubs": "♣", "hearts": "♥", "diams": "♦", "loz": "◊", "check": "✓", "star": "☆",
            "OElig": "Œ", "oelig": "œ", "Scaron": "Š", "scaron": "š", "Yuml": "Ÿ", "fnof": "ƒ", "circ": "ˆ",
            "tilde": "˜", "AMP": "&", "LT": "<", "GT": ">", "QUOT": "\"", "COPY": "©", "REG": "®",
            "colon": ":", "comma": ",", "period": ".", "excl": "!", "quest": "?", "num": "#", "commat": "@", "sol": "/",
            "lpar": "(", "rpar": ")", "lowbar": "_", "NewLine": "\n", "Tab": " ", "percnt": "%", "plus": "+",
            "equals": "=", "semi": ";", "ast": "*", "dollar": "$", "hyphen": "‐", "horbar": "―",
        ]
        for (offset, name) in latin1.split(separator: " ").enumerated() {
            if let scalar = Unicode.Scalar(0xA1 + UInt32(offset)) { named[String(name)] = String(Character(scalar)) }
        }
        for (offset, name) in greek.split(separator: " ").enumerated() where name != "-" {
            if let upper = Unicode.Scalar(0x391 + UInt32(offset)), let lower = Unicode.Scalar(0x3B1 + UInt32(offset)) {
                if name != "sigmaf" { named[name.prefix(1).uppercased() + name.dropFirst()] = String(Character(upper)) }
                named[String(name)] = String(Character(lower))
            }
        }
        return named
    }()

    /// U+00A1 to U+00FF in order.
    private static let latin1 = """
        iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg plusmn sup2 sup3 acute micro \
        para middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest Agrave Aacute Acirc Atilde Auml Aring AElig \
        Ccedil Egrave Eacute Ecirc Euml Igrave Iacute Icirc Iuml ETH Ntilde Ograve Oacute Ocirc Otilde Ouml times \
        Oslash Ugrave Uacute Ucirc Uuml Yacute THORN szlig agrave aacute acirc atilde auml aring aelig ccedil egrave \
        eacute ecirc euml igrave iacute icirc iuml eth ntilde ograve oacute ocirc otilde ouml divide oslash ugrave \
        uacute ucirc uuml yacute thorn yuml
        """

    /// U+03B1 to U+03C9 in order; the capitals stand 32 before.
    private static let greek = """
        alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho sigmaf sigma tau \
        upsilon phi chi psi omega
        """
}
