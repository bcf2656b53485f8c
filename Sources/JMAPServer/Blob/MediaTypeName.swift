/// A media type that can stand in a header field (RFC 2045 §5.1): `text/plain`, with a charset at most.
struct MediaTypeName: Hashable, Sendable {
    /// In lower case, without parameters.
    let name: String
    /// A charset's name, of text.
    let charset: String?

    static let unknown = MediaTypeName(name: "application/octet-stream", charset: nil)

    private init(name: String, charset: String?) {
        self.name = name
        self.charset = charset
    }

    /// Reads a type as a client gives it; what is none is unknown.
    init(_ text: String?) {
        let parts = (text ?? "").utf8.prefix(255).split(separator: UInt8(ascii: ";"), omittingEmptySubsequences: false)
        let name = parts.first.map { String(Substring($0)).lowercased().filter { $0 != " " } } ?? ""
        let words = name.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        guard words.count == 2, words.allSatisfy({ !$0.isEmpty && $0.allSatisfy(Self.isToken) }) else {
            self = .unknown
            return
        }
        var charset: String?
        for part in parts.dropFirst() where name.hasPrefix("text/") {
            let value = String(Substring(part)).filter { $0 != " " && $0 != "\"" }
            let octets = value.dropFirst(8).utf8
            guard value.lowercased().hasPrefix("charset="), (1...40).contains(octets.count),
                octets.allSatisfy(Self.isToken)
            else { continue }
            charset = String(value.dropFirst(8))
        }
        self.init(name: name, charset: charset)
    }

    /// `text/plain; charset=utf-8`
    var text: String { charset.map { "\(name); charset=\($0)" } ?? name }

    /// Types that browsers show and nothing runs in, whatever is in them.
    var isShownSafely: Bool { Self.safe.contains(name) }

    private static let safe: Set<String> = [
        "text/plain", "application/pdf", "image/png", "image/jpeg", "image/gif", "image/webp", "image/avif",
        "image/bmp",
        "image/tiff", "image/x-icon", "audio/mpeg", "audio/mp4", "audio/ogg", "audio/wav", "audio/x-wav", "audio/webm",
        "audio/aac", "audio/flac", "video/mp4", "video/webm", "video/ogg", "video/quicktime",
    ]

    /// `token` of RFC 9110 §5.6.2.
    private static func isToken(_ octet: UInt8) -> Bool {
        switch octet {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "!#$%&'*+-.^_`|~".utf8.contains(octet)
        }
    }
}
