internal import InternetMessage

/// The text of a part: charset undone, each line end one LF (RFC 8621 §4.1.4).
struct BodyText {
    /// Whether something could not be understood.
    enum Problem {
        case none
        case found
    }

    let text: String
    let problem: Problem

    init(_ octets: [UInt8], charset: String?, encoding: ContentTransferEncoding) {
        let label = charset ?? ""
        let decoded = Charset.decode(octets[...], label: label)
        var lines: [UInt8] = []
        lines.reserveCapacity(decoded.utf8.count)
        var isBehindCR = false
        for octet in decoded.utf8 {
            if isBehindCR, octet != 0x0a { lines.append(0x0d) }
            isBehindCR = octet == 0x0d
            if !isBehindCR { lines.append(octet) }
        }
        if isBehindCR { lines.append(0x0d) }
        text = String(decoding: lines, as: UTF8.self)
        let isUnknown = Charset(label: label) == .undeclared && !Self.isASCII(label)
        let isGuessed = Charset(label: label) == .undeclared && octets.contains { $0 >= 0x80 }
        let isBroken = decoded.unicodeScalars.contains("\u{fffd}")
        problem = isUnknown || isGuessed || isBroken || encoding == .other ? .found : .none
    }

    private static func isASCII(_ label: String) -> Bool {
        ["", "us-ascii", "ascii", "ansi_x3.4-1968", "iso646-us"].contains(label.lowercased())
    }

    /// The first octets, to a whole character, and of HTML to the end of what no tag has begun.
    func cut(to octetsMax: Int, isHTML: Bool) -> String {
        guard text.utf8.count > octetsMax else { return text }
        var octets = Array(text.utf8.prefix(octetsMax + 1))
        // What is left when the first octet of a character goes is whole.
        while let removed = octets.popLast(), removed & 0xc0 == 0x80 {}
        if isHTML, let open = octets.lastIndex(of: UInt8(ascii: "<")), !octets[open...].contains(UInt8(ascii: ">")) {
            octets.removeSubrange(open...)
        }
        return String(decoding: octets, as: UTF8.self)
    }
}
