/// Values from the network in a log line: nothing in them can end the line, move a terminal's cursor, or look like another
/// field.
enum LogEscaping {
    /// A value for `key=value`: bare when it is a plain word, else in quotes with `\n`, `\u{…}` and the like escaped.
    static func appendHuman(_ value: String, to line: inout [UInt8], bytesMax: Int) {
        if isPlain(value) && value.utf8.count <= bytesMax {
            line.append(contentsOf: value.utf8)
            return
        }
        line.append(UInt8(ascii: "\""))
        appendEscaped(value, to: &line, bytesMax: bytesMax) { scalar, line in
            line.append(contentsOf: "\\u{\(String(scalar.value, radix: 16))}".utf8)
        }
        line.append(UInt8(ascii: "\""))
    }

    /// A message text in the human form: no quotes around it.
    static func appendText(_ text: String, to line: inout [UInt8], bytesMax: Int) {
        appendEscaped(text, to: &line, bytesMax: bytesMax) { scalar, line in
            line.append(contentsOf: "\\u{\(String(scalar.value, radix: 16))}".utf8)
        }
    }

    /// A JSON string, with its quotes (RFC 8259 §7).
    static func appendJSON(_ value: String, to line: inout [UInt8], bytesMax: Int) {
        line.append(UInt8(ascii: "\""))
        appendEscaped(value, to: &line, bytesMax: bytesMax) { scalar, line in
            for unit in UTF16.encode(scalar) ?? UTF16.encodedReplacementCharacter {
                let digits = String(unit, radix: 16)
                line.append(contentsOf: ("\\u" + String(repeating: "0", count: 4 - digits.count) + digits).utf8)
            }
        }
        line.append(UInt8(ascii: "\""))
    }

    private static func appendEscaped(
        _ text: String, to line: inout [UInt8], bytesMax: Int, dangerous: (Unicode.Scalar, inout [UInt8]) -> Void
    ) {
        let end = line.count + bytesMax
        for scalar in text.unicodeScalars {
            if line.count >= end {
                line.append(contentsOf: "…".utf8)
                return
            }
            switch scalar {
            case "\"": line.append(contentsOf: "\\\"".utf8)
            case "\\": line.append(contentsOf: "\\\\".utf8)
            case "\n": line.append(contentsOf: "\\n".utf8)
            case "\r": line.append(contentsOf: "\\r".utf8)
            case "\t": line.append(contentsOf: "\\t".utf8)
            case _ where isDangerous(scalar): dangerous(scalar, &line)
            default: line.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
            }
        }
    }

    /// C0 and C1 controls, DEL, line separators, and what turns the direction of text around.
    private static func isDangerous(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7F..<0xA0, 0x200E, 0x200F, 0x2028...0x202E, 0x2066...0x2069, 0xFEFF: true
        default: false
        }
    }

    private static func isPlain(_ value: String) -> Bool {
        !value.isEmpty
            && value.utf8.allSatisfy { byte in
                byte > 0x20 && byte < 0x7F && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
                    && byte != UInt8(ascii: "=")
            }
    }
}
