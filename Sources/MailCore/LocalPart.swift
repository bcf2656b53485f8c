/// The part of a mail address before the `@` (RFC 5321 §4.1.2; UTF-8 by RFC 6531 §3.3), without its quoting.
public struct LocalPart: Hashable, Sendable {
    /// The octets meant, unquoted; at most 64 (RFC 5321 §4.5.3.1.1).
    public let text: String

    /// The longest local part in octets (RFC 5321 §4.5.3.1.1).
    public static let octetsMax = 64

    /// Takes text that is already unquoted.
    ///
    /// - Returns: nil for an empty or overlong text, and for control characters, which no written form can carry.
    public init?(unquoted text: some StringProtocol) {
        let count = text.utf8.count
        guard count > 0, count <= LocalPart.octetsMax else { return nil }
        guard text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7f }) else { return nil }
        self.text = String(text)
    }

    /// Reads a written local part, a dot-string or a quoted string.
    public init?(_ written: some StringProtocol) {
        let octets = Array(written.utf8)
        guard let first = octets.first else { return nil }
        if first == UInt8(ascii: "\"") {
            guard let unquoted = LocalPart.unquote(octets) else { return nil }
            self.init(unquoted: unquoted)
        } else {
            guard LocalPart.isDotString(octets) else { return nil }
            self.init(unquoted: String(written))
        }
    }

    /// The form for the wire: a dot-string where it can be one, else a quoted string.
    public var written: String {
        if LocalPart.isDotString(Array(text.utf8)) { return text }
        var quoted = "\""
        for character in text.unicodeScalars {
            if character == "\"" || character == "\\" { quoted.append("\\") }
            quoted.unicodeScalars.append(character)
        }
        return quoted + "\""
    }

    /// Whether the wire needs SMTPUTF8 for it (RFC 6531 §3.3).
    public var isASCII: Bool { text.utf8.allSatisfy { $0 < 0x80 } }

    /// `Dot-string = Atom *("." Atom)`; UTF-8 octets count as atext (RFC 6531 §3.3).
    private static func isDotString(_ octets: [UInt8]) -> Bool {
        var previousIsDot = true
        for octet in octets {
            if octet == UInt8(ascii: ".") {
                guard !previousIsDot else { return false }
                previousIsDot = true
            } else {
                guard isAtext(octet) else { return false }
                previousIsDot = false
            }
        }
        return !previousIsDot
    }

    /// RFC 5322 §3.2.3, with UTF-8 octets (RFC 6532 §3.2).
    private static func isAtext(_ octet: UInt8) -> Bool {
        switch octet {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), 0x80...0xff:
            return true
        default:
            return "!#$%&'*+-/=?^_`{|}~".utf8.contains(octet)
        }
    }

    /// `Quoted-string = DQUOTE *QcontentSMTP DQUOTE`.
    private static func unquote(_ octets: [UInt8]) -> String? {
        guard octets.count >= 2, octets.last == UInt8(ascii: "\"") else { return nil }
        var result: [UInt8] = []
        var index = 1
        let end = octets.count - 1
        while index < end {
            var octet = octets[index]
            if octet == UInt8(ascii: "\"") { return nil }
            if octet == UInt8(ascii: "\\") {
                index += 1
                guard index < end else { return nil }
                octet = octets[index]
            }
            result.append(octet)
            index += 1
        }
        return String(validating: result, as: UTF8.self)
    }
}
