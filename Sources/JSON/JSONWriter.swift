extension JSONValue {
    /// The text of the value, without white space, in UTF-8.
    package var octets: [UInt8] {
        var octets: [UInt8] = []
        write(into: &octets)
        return octets
    }

    /// The text of the value, without white space.
    package var text: String { String(decoding: octets, as: UTF8.self) }

    /// Writes the text of the value.
    package func write(into octets: inout [UInt8]) {
        switch self {
        case .null: octets.append(contentsOf: "null".utf8)
        case .bool(let truth): octets.append(contentsOf: (truth ? "true" : "false").utf8)
        case .integer(let number): octets.append(contentsOf: String(number).utf8)
        case .number(let number): octets.append(contentsOf: (number.isFinite ? "\(number)" : "null").utf8)
        case .string(let text): JSONValue.write(text, into: &octets)
        case .array(let elements):
            octets.append(UInt8(ascii: "["))
            for (index, element) in elements.enumerated() {
                if index > 0 { octets.append(UInt8(ascii: ",")) }
                element.write(into: &octets)
            }
            octets.append(UInt8(ascii: "]"))
        case .object(let object):
            octets.append(UInt8(ascii: "{"))
            for (index, member) in object.members.enumerated() {
                if index > 0 { octets.append(UInt8(ascii: ",")) }
                JSONValue.write(member.key, into: &octets)
                octets.append(UInt8(ascii: ":"))
                member.value.write(into: &octets)
            }
            octets.append(UInt8(ascii: "}"))
        }
    }

    /// `string` (RFC 8259 §7).
    private static func write(_ text: String, into octets: inout [UInt8]) {
        octets.append(UInt8(ascii: "\""))
        for octet in text.utf8 {
            switch octet {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                octets.append(UInt8(ascii: "\\"))
                octets.append(octet)
            case 0x0a: octets.append(contentsOf: "\\n".utf8)
            case 0x0d: octets.append(contentsOf: "\\r".utf8)
            case 0x09: octets.append(contentsOf: "\\t".utf8)
            case 0..<0x20, 0x7f:
                octets.append(contentsOf: "\\u00".utf8)
                octets.append(hexadecimalDigit(octet >> 4))
                octets.append(hexadecimalDigit(octet & 15))
            default: octets.append(octet)
            }
        }
        octets.append(UInt8(ascii: "\""))
    }

    private static func hexadecimalDigit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
    }
}
