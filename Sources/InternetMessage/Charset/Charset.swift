/// A character encoding that text arrives in, found by whatever label real mail gives it.
///
/// Decoding never fails: octets that mean nothing become U+FFFD and reading goes on behind them. A label that nobody
/// knows, and 8-bit octets where ASCII was announced, are guessed: UTF-8 when they are valid as such, else windows-1252.
package enum Charset: Sendable, Hashable {
    /// ASCII, or nothing said: what is not ASCII is guessed.
    case undeclared
    case utf8
    case windows1252
    /// UTF-16 whose order of octets is told by a mark or has to be seen.
    case utf16
    case iso2022JP
    case hz
    /// By glibc's iconv, under its own name.
    case iconv(String)

    /// The encoding that `label` names; letters' case, blanks and quotes around it do not matter.
    package init(label: String) {
        let name = Self.normalized(label)
        if let known = Self.named[name] {
            self = known
        } else if let iconvName = Self.plausibleIconvName(name) {
            self = .iconv(iconvName)
        } else {
            self = .undeclared
        }
    }

    /// The text that `bytes` are in the encoding that `label` names.
    ///
    /// With a `limit`, at most so many octets are read (of a longer text, the beginning).
    package static func decode(_ bytes: ArraySlice<UInt8>, label: String, limit: Int = .max) -> String {
        Charset(label: label).decode(limit < bytes.count ? bytes.prefix(limit) : bytes)
    }

    /// The text that `bytes` are.
    package func decode(_ bytes: ArraySlice<UInt8>) -> String {
        switch self {
        case .undeclared:
            return Self.guess(bytes)
        case .utf8:
            return String(decoding: Self.withoutMark(bytes), as: UTF8.self)
        case .windows1252:
            return Self.decodeWindows1252(bytes)
        case .utf16:
            return Self.decodeUTF16(bytes)
        case .iso2022JP:
            return Charset.iconv("EUC-JP-MS").decode(EscapedCharset.eucJP(fromISO2022JP: bytes)[...])
        case .hz:
            return Charset.iconv("GB18030").decode(EscapedCharset.gbk(fromHZ: bytes)[...])
        case .iconv(let name):
            if containsASCII, Self.isASCII(bytes) { return String(decoding: bytes, as: UTF8.self) }
            guard let converter = IconvConverter(from: name) else { return Self.guess(bytes) }
            return converter.decode(bytes)
        }
    }

    /// 8-bit text of which nothing is known (RFC 6532 makes UTF-8 the first guess).
    package static func guess(_ bytes: ArraySlice<UInt8>) -> String {
        let text = withoutMark(bytes)
        return String(validating: text, as: UTF8.self) ?? decodeWindows1252(bytes)
    }

    /// Whether ASCII octets mean in it what they mean in ASCII, whatever stands before them.
    private var containsASCII: Bool {
        guard case .iconv(let name) = self else { return true }
        return Self.namesThatContainASCII.contains { name.hasPrefix($0) }
    }

    private static let namesThatContainASCII = [
        "ISO-8859-", "KOI8-R", "KOI8-U", "CP125", "CP874", "GB18030", "BIG5", "EUC-", "UHC", "CP932", "MAC",
    ]

    private static func isASCII(_ bytes: ArraySlice<UInt8>) -> Bool {
        bytes.withUnsafeBufferPointer { source in
            for octet in source where octet >= 0x80 { return false }
            return true
        }
    }

    private static func withoutMark(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes.dropFirst(3) : bytes
    }

    /// All 256 octets have a meaning here: the five holes are the C1 controls, as browsers have it.
    private static func decodeWindows1252(_ bytes: ArraySlice<UInt8>) -> String {
        var output: [UInt8] = []
        output.reserveCapacity(bytes.count + bytes.count / 8)
        bytes.withUnsafeBufferPointer { source in
            for octet in source {
                if octet < 0x80 {
                    output.append(octet)
                } else {
                    let unit = octet < 0xA0 ? windows1252Specials[Int(octet &- 0x80)] : UInt16(octet)
                    if unit < 0x800 {
                        output.append(UInt8(truncatingIfNeeded: 0xC0 | unit >> 6))
                    } else {
                        output.append(UInt8(truncatingIfNeeded: 0xE0 | unit >> 12))
                        output.append(UInt8(truncatingIfNeeded: 0x80 | (unit >> 6 & 0x3F)))
                    }
                    output.append(UInt8(truncatingIfNeeded: 0x80 | unit & 0x3F))
                }
            }
        }
        return String(decoding: output, as: UTF8.self)
    }

    private static let windows1252Specials: [UInt16] = [
        0x20AC, 0x81, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0x8D,
        0x017D, 0x8F, 0x90, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A,
        0x0153, 0x9D, 0x017E, 0x0178,
    ]

    /// A mark decides; else where the zeros are, for most text has some; else big-endian (RFC 2781 §4.3).
    private static func decodeUTF16(_ bytes: ArraySlice<UInt8>) -> String {
        if bytes.starts(with: [0xFF, 0xFE]) { return Charset.iconv("UTF-16LE").decode(bytes.dropFirst(2)) }
        if bytes.starts(with: [0xFE, 0xFF]) { return Charset.iconv("UTF-16BE").decode(bytes.dropFirst(2)) }
        var zeros = (even: 0, odd: 0)
        for (offset, octet) in bytes.prefix(512).enumerated() where octet == 0 {
            if offset % 2 == 0 { zeros.even += 1 } else { zeros.odd += 1 }
        }
        return Charset.iconv(zeros.odd > zeros.even ? "UTF-16LE" : "UTF-16BE").decode(bytes)
    }
}
