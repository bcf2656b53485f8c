/// Reads the value and its parameters from left to right, each octet once.
struct StructuredValueScanner {
    private let bytes: [UInt8]
    private let limits: ParameterList.Limits
    private var index = 0

    /// `bytes` without folding.
    init(_ bytes: [UInt8], limits: ParameterList.Limits) {
        self.bytes = bytes
        self.limits = limits
    }

    /// What stands before the parameters. A blank ends it, unless it is around the `/` of a media type.
    mutating func scanValue() -> String {
        var value: [UInt8] = []
        scan: while true {
            skipBlanksAndComments()
            guard let octet = current else { break }
            switch octet {
            case UInt8(ascii: ";"):
                break scan
            case UInt8(ascii: "\""):
                guard value.isEmpty || value.last == UInt8(ascii: "/") else { break scan }
                value.append(contentsOf: scanQuotedString())
            case _ where value.isEmpty || octet == UInt8(ascii: "/") || value.last == UInt8(ascii: "/"):
                // `charset=utf-8` without a value before it: the value is missing.
                if value.isEmpty, startsParameter { break scan }
                while let octet = current, !octet.isBlank, octet != UInt8(ascii: ";"), octet != UInt8(ascii: "(") {
                    value.append(octet)
                    index += 1
                }
            default:
                break scan
            }
        }
        return Charset.guess(value[...])
    }

    /// The parameters. Semicolons may be missing or too many; what has no `=` is skipped.
    mutating func scanParameters() -> [ParameterList.Raw] {
        var parameters: [ParameterList.Raw] = []
        while parameters.count < limits.parametersMax {
            while let octet = current, octet == UInt8(ascii: ";") || octet == UInt8(ascii: ",") || octet.isBlank {
                index += 1
            }
            skipBlanksAndComments()
            guard let octet = current else { break }
            if octet == UInt8(ascii: ";") || octet == UInt8(ascii: ",") { continue }
            guard let name = scanName() else {
                skipToSemicolon()
                continue
            }
            parameters.append(ParameterList.Raw(name: name, value: scanParameterValue()))
        }
        return parameters
    }

    private var current: UInt8? { index < bytes.count ? bytes[index] : nil }

    /// A name and the `=` behind it.
    private mutating func scanName() -> String? {
        let start = index
        while let octet = current, octet.isTokenOctet || octet >= 0x80 { index += 1 }
        let name = bytes[start..<index]
        skipBlanksAndComments()
        guard !name.isEmpty, name.count <= limits.nameLengthMax, current == UInt8(ascii: "=") else { return nil }
        index += 1
        skipBlanksAndComments()
        return String(decoding: name, as: UTF8.self)
    }

    private mutating func scanParameterValue() -> [UInt8] {
        var value: [UInt8] = []
        if current == UInt8(ascii: "\"") {
            value = scanQuotedString()
        } else {
            scanWord(into: &value)
        }
        // Whatever follows up to the semicolon, and is no new parameter, belongs to the value: blanks in file names
        // without quotes, quotes in the middle of it.
        while true {
            let gapStart = index
            skipBlanksAndComments()
            guard let octet = current, octet != UInt8(ascii: ";"), !startsParameter else { return value }
            let gapHasBlank = bytes[gapStart..<index].contains { $0.isBlank }
            if gapHasBlank { value.append(0x20) }
            if octet == UInt8(ascii: "\"") {
                value.append(contentsOf: scanQuotedString())
            } else {
                scanWord(into: &value)
            }
        }
    }

    private mutating func scanWord(into value: inout [UInt8]) {
        while let octet = current, !octet.isBlank, octet != UInt8(ascii: ";") {
            value.append(octet)
            index += 1
        }
    }

    /// The content. One that is never closed ends at the next semicolon, for the parameters behind it.
    private mutating func scanQuotedString() -> [UInt8] {
        let end = HeaderText.endOfQuotedString(bytes[...], at: index)
        let isClosed = end.whole > end.content
        var contentEnd = end.content
        if !isClosed {
            contentEnd = bytes[index...].firstIndex(of: UInt8(ascii: ";")) ?? bytes.count
            index = min(index + 1, contentEnd)
            let content = HeaderText.unquote(HeaderText.trim(bytes[index..<contentEnd]))
            index = contentEnd
            return content
        }
        let content = HeaderText.unquote(bytes[(index + 1)..<contentEnd])
        index = end.whole
        return content
    }

    /// Whether `token=` stands here: the semicolon before it was forgotten.
    private var startsParameter: Bool {
        var end = index
        while end < bytes.count, end - index <= limits.nameLengthMax, bytes[end].isTokenOctet { end += 1 }
        guard end > index, end < bytes.count, bytes[end] == UInt8(ascii: "=") else { return false }
        // `=?` is an encoded word inside a value; base64 ends with `=` too.
        guard end + 1 < bytes.count, bytes[end + 1] != UInt8(ascii: "?"), bytes[end + 1] != UInt8(ascii: "=") else {
            return false
        }
        return !bytes[end + 1].isBlank && bytes[end + 1] != UInt8(ascii: ";")
    }

    private mutating func skipBlanksAndComments() {
        while let octet = current {
            if octet.isFoldingSpace {
                index += 1
            } else if octet == UInt8(ascii: "(") {
                index = HeaderText.endOfComment(bytes[...], at: index)
            } else {
                return
            }
        }
    }

    private mutating func skipToSemicolon() {
        while let octet = current, octet != UInt8(ascii: ";") { index += 1 }
    }
}
