/// How a response's content may be compressed (RFC 9110 §8.4.1).
enum ContentCoding: String, CaseIterable, Sendable {
    /// The best first.
    case brotli = "br"
    case gzip

    /// The codings that an Accept-Encoding field allows (RFC 9110 §12.5.3): those it names with a weight that is not 0. A
    /// coding that it does not name is not allowed, unless `*` is.
    static func accepted(by field: String?) -> Set<ContentCoding> {
        guard let field else { return [] }
        var allowed: Set<ContentCoding> = []
        var refused: Set<ContentCoding> = []
        var others = false
        for element in field.utf8.prefix(fieldBytesMax).split(separator: UInt8(ascii: ",")) {
            let parts = element.split(separator: UInt8(ascii: ";"))
            guard let first = parts.first else { continue }
            let name = word(first)
            let isAllowed = !parts.dropFirst().contains { isZeroWeight(word($0)) }
            if name == "*" {
                others = isAllowed
            } else if let coding = ContentCoding(rawValue: name == "x-gzip" ? "gzip" : name) {
                if isAllowed { allowed.insert(coding) } else { refused.insert(coding) }
            }
        }
        if others { allowed.formUnion(ContentCoding.allCases) }
        return allowed.subtracting(refused)
    }

    /// Of a longer field the rest is not looked at.
    private static let fieldBytesMax = 1024

    /// In lower case, without white space.
    private static func word(_ octets: Substring.UTF8View.SubSequence) -> String {
        String(Substring(octets).filter { $0 != " " && $0 != "\t" }).lowercased()
    }

    /// Whether it is `q=0`, with up to three zeros after the point.
    private static func isZeroWeight(_ parameter: String) -> Bool {
        guard parameter.hasPrefix("q=0") else { return false }
        return parameter.dropFirst(3).allSatisfy { $0 == "0" || $0 == "." }
    }
}
