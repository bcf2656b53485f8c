/// Why nothing that carries the whole meaning of a message can be made fit for a transport.
package enum TransportObstacle: Error, Hashable, CaseIterable, Sendable {
    /// NUL in a header (RFC 5322 §2.1).
    case nulInHeader
    /// CR or LF alone, in a header or between parts, where no encoding can hide it (RFC 5321 §2.3.8).
    case bareLineEnd
    /// A header line of more than 998 octets without a place where it may be folded (RFC 5322 §2.1.1).
    case headerLineTooLong
    /// 8-bit octets in a header that are not UTF-8 (RFC 6532 §3.2).
    case headerNotUTF8
    /// A header with UTF-8, for a transport of 7 bits (RFC 6531 §3.2).
    case headerNeedsUTF8
    /// A part whose signature covers its encoding (RFC 1847 §2.1), or what is encrypted.
    case signedPart
    /// A part that may not be encoded and cannot be looked into: message/partial, a multipart without a boundary,
    /// parts nested too deep (RFC 2045 §6.4).
    case structure
    /// A transfer encoding that we do not know (RFC 2045 §6.4).
    case unknownEncoding

    /// What is wrong, in plain words; for replies and reports.
    package var explanation: String {
        switch self {
        case .nulInHeader: "a header field contains a NUL octet"
        case .bareLineEnd: "a line ends with CR or LF alone"
        case .headerLineTooLong: "a header line is longer than 998 octets and has no place to fold it"
        case .headerNotUTF8: "a header field contains octets that are not UTF-8"
        case .headerNeedsUTF8: "a header field contains UTF-8, which the next server does not take"
        case .signedPart: "a signed or encrypted part would have to be changed"
        case .structure: "a part that must not be encoded contains what the next server does not take"
        case .unknownEncoding: "a part has an unknown Content-Transfer-Encoding"
        }
    }
}
