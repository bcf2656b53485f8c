/// How a body part's octets are represented on their way (RFC 2045 §6).
///
/// `other` stands for every mechanism that we do not know; RFC 2045 §6.4 has such a part treated as
/// `application/octet-stream`, its octets as they came.
package enum ContentTransferEncoding: String, Sendable, Hashable, CaseIterable {
    case sevenBit = "7bit"
    case eightBit = "8bit"
    case binary = "binary"
    case quotedPrintable = "quoted-printable"
    case base64 = "base64"
    case uuencode = "x-uuencode"
    case other = "x-unknown"

    /// The mechanism that a field's value names; an absent or empty value is `7bit` (RFC 2045 §6.1).
    ///
    /// Comments, blanks, quotes and what follows a semicolon do not count: mail has them.
    package init(parsing value: ArraySlice<UInt8>) {
        let token = Self.token(in: value)
        self = Self.known.first { $0.label == token }?.encoding ?? .other
    }

    /// The mechanism named by a value that is text already.
    package init(label: String) {
        self.init(parsing: Array(label.utf8)[...])
    }

    /// Whether the encoded octets are the content itself.
    package var isIdentity: Bool {
        switch self {
        case .sevenBit, .eightBit, .binary, .other: true
        case .quotedPrintable, .base64, .uuencode: false
        }
    }

    /// Names in use, the misspelt ones of old programs among them.
    private static let known: [(label: String, encoding: ContentTransferEncoding)] = [
        ("", .sevenBit), ("7bit", .sevenBit), ("7-bit", .sevenBit), ("7bits", .sevenBit), ("us-ascii", .sevenBit),
        ("8bit", .eightBit), ("8-bit", .eightBit), ("8bits", .eightBit), ("utf-8", .eightBit), ("utf8", .eightBit),
        ("binary", .binary),
        ("quoted-printable", .quotedPrintable), ("quotedprintable", .quotedPrintable), ("qp", .quotedPrintable),
        ("quoted-printible", .quotedPrintable), ("quoted_printable", .quotedPrintable),
        ("base64", .base64), ("base-64", .base64), ("b64", .base64), ("base64bit", .base64),
        ("uuencode", .uuencode), ("x-uuencode", .uuencode), ("x-uue", .uuencode), ("uue", .uuencode),
        ("x-uuencoded", .uuencode), ("uuencoded", .uuencode),
    ]

    private static func token(in value: ArraySlice<UInt8>) -> String {
        var token: [UInt8] = []
        var depth = 0
        for octet in value {
            switch octet {
            case UInt8(ascii: "("):
                depth += 1
            case UInt8(ascii: ")"):
                depth = max(0, depth - 1)
            case _ where depth > 0:
                continue
            case UInt8(ascii: ";"), UInt8(ascii: ","):
                return String(decoding: token, as: UTF8.self)
            case 0...0x20, UInt8(ascii: "\""), UInt8(ascii: "'"):
                // A blank inside ends the token; one before it is skipped.
                if !token.isEmpty { return String(decoding: token, as: UTF8.self) }
            default:
                token.append(octet.asciiLowercased)
                if token.count > 40 { return String(decoding: token, as: UTF8.self) }
            }
        }
        return String(decoding: token, as: UTF8.self)
    }
}
