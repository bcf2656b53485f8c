/// A text as a zone file's TXT record has it: character-strings of 255 octets at most (RFC 1035 §3.3.14, §5.1).
public enum CharacterStrings {
    /// The text in pieces of at most 255 octets.
    public static func split(_ text: String) -> [[UInt8]] {
        let octets = Array(text.utf8)
        guard !octets.isEmpty else { return [[]] }
        return stride(from: 0, to: octets.count, by: 255).map { Array(octets[$0..<min($0 + 255, octets.count)]) }
    }

    /// The text in quotes, one string behind the other.
    public static func zoneFileText(_ text: String) -> String {
        split(text).map(quoted).joined(separator: " ")
    }

    private static func quoted(_ octets: [UInt8]) -> String {
        var result = "\""
        for octet in octets {
            switch octet {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                result += "\\\(Character(Unicode.Scalar(octet)))"
            case 0x20...0x7e:
                result.append(Character(Unicode.Scalar(octet)))
            default:
                let digits = String(octet)
                result += "\\" + String(repeating: "0", count: 3 - digits.count) + digits
            }
        }
        return result + "\""
    }
}
