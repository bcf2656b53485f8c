/// The name of a file as a client gives it, made fit for header fields and archives: a name, never a path.
struct FileNameText: Hashable, Sendable {
    let text: String

    /// Octets of a name, at most.
    private static let octetsMax = 200

    /// - Parameter fallback: where nothing is left.
    init(_ written: String, fallback: String = "file") {
        var name = ""
        for scalar in written.unicodeScalars {
            guard !Self.isHidden(scalar) else { continue }
            name.unicodeScalars.append("/\\:*?\"<>|".unicodeScalars.contains(scalar) ? "_" : scalar)
        }
        while name.first == "." || name.first == " " { name.removeFirst() }
        while name.last == " " || name.last == "." { name.removeLast() }
        while name.utf8.count > Self.octetsMax { name.removeFirst() }
        text = name.isEmpty ? fallback : name
    }

    /// Control characters, and those that change the direction of what is shown.
    private static func isHidden(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7f..<0xa0, 0x200e, 0x200f, 0x2028...0x202e, 0x2066...0x2069, 0xfeff: true
        default: false
        }
    }

    /// `attachment; filename="r_sum_.pdf"; filename*=UTF-8''r%C3%A9sum%C3%A9.pdf` (RFC 6266 §4.3).
    func disposition(_ kind: ContentDispositionKind) -> String {
        let plain = text.unicodeScalars.map { $0.isASCII ? Character($0) : "_" }
        var encoded = ""
        for octet in text.utf8 {
            let isPlain = Character(Unicode.Scalar(octet)).isLetter && octet < 0x80 || (0x30...0x39).contains(octet)
            if isPlain || "!#$&+-.^_`|~".utf8.contains(octet) {
                encoded.append(Character(Unicode.Scalar(octet)))
            } else {
                let digits = String(octet, radix: 16, uppercase: true)
                encoded += "%" + (digits.count == 1 ? "0" : "") + digits
            }
        }
        // A percent sign is read in two ways (RFC 6266, appendix D).
        let ascii = String(plain).replacing("%", with: "_")
        return "\(kind.rawValue); filename=\"\(ascii)\"; filename*=UTF-8''\(encoded)"
    }
}

/// What a browser does with a file (RFC 6266 §4.2).
enum ContentDispositionKind: String, Sendable {
    case inline
    case attachment
}
