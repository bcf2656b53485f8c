/// One line of a zone.
package struct LabRecord: Hashable, Sendable {
    /// With the last dot, or relative to the zone; `@` is the zone's own name.
    package let name: String
    /// `A`, `MX`, `TXT`…
    package let type: String
    /// In the form of RFC 1035 §5.1.
    package let data: String

    /// Puts the parts together.
    package init(name: String, type: String, data: String) {
        self.name = name
        self.type = type
        self.data = data
    }

    /// A text of any length, in strings of at most 255 octets (RFC 1035 §3.3.14).
    package init(name: String, text: String) {
        self.init(name: name, type: "TXT", data: LabRecord.strings(text).joined(separator: " "))
    }

    /// The line.
    package var line: String { "\(name)\tIN\t\(type)\t\(data)" }

    private static func strings(_ text: String) -> [String] {
        var rest = Array(text.utf8)[...]
        var strings: [String] = []
        repeat {
            strings.append("\"" + rest.prefix(255).map(escaped).joined() + "\"")
            rest = rest.dropFirst(255)
        } while !rest.isEmpty
        return strings
    }

    private static func escaped(_ octet: UInt8) -> String {
        switch octet {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): "\\" + String(UnicodeScalar(octet))
        case 0x20..<0x7f: String(UnicodeScalar(octet))
        default: "\\" + String(repeating: "0", count: 3 - "\(octet)".count) + "\(octet)"
        }
    }
}
