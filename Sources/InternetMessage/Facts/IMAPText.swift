/// Strings as IMAP responses have them (RFC 9051 §4.3, §9; the same in RFC 3501).
struct IMAPText {
    private(set) var octets: [UInt8] = []

    init(capacity: Int) { octets.reserveCapacity(capacity) }

    /// A longer string is sent as a literal: clients have bounds on their lines (RFC 7162 and others take 8192 octets).
    private static let quotedMax = 2_048

    var count: Int { octets.count }

    mutating func raw(_ text: StaticString) {
        octets.append(contentsOf: UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    mutating func raw(_ octet: UInt8) { octets.append(octet) }

    mutating func number(_ value: Int) { octets.append(contentsOf: String(value).utf8) }

    /// What was written from `start` on, once more.
    mutating func repeatWritten(_ range: Range<Int>) {
        octets.append(contentsOf: Array(octets[range]))
    }

    /// A string, or `NIL` for nil.
    mutating func nstring(_ text: [UInt8]?) {
        if let text { string(text) } else { raw("NIL") }
    }

    /// A quoted string when it is short and 7-bit, else a literal. NUL, which neither may hold, becomes `?`.
    mutating func string(_ text: [UInt8]) {
        var isSafe = text.count <= Self.quotedMax
        var hasSpecials = false
        var hasNUL = false
        for octet in text {
            if octet >= 0x80 || octet == ASCII.cr || octet == ASCII.lf {
                isSafe = false
            } else if octet == ASCII.quote || octet == ASCII.backslash {
                hasSpecials = true
            } else if octet == 0 {
                hasNUL = true
            }
        }
        let text = hasNUL ? text.map { $0 == 0 ? UInt8(ascii: "?") : $0 } : text
        guard isSafe else { return literal(text) }
        octets.append(ASCII.quote)
        if hasSpecials {
            for octet in text {
                if octet == ASCII.quote || octet == ASCII.backslash { octets.append(ASCII.backslash) }
                octets.append(octet)
            }
        } else {
            octets.append(contentsOf: text)
        }
        octets.append(ASCII.quote)
    }

    /// The same with ASCII letters in upper case: names whose case means nothing, written as the RFCs' examples are.
    mutating func uppercaseString(_ text: some Sequence<UInt8>) { string(text.map(\.asciiUppercased)) }

    private mutating func literal(_ text: [UInt8]) {
        octets.append(ASCII.openBrace)
        number(text.count)
        raw("}\r\n")
        octets.append(contentsOf: text)
    }
}
