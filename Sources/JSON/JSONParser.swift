extension JSONValue {
    /// Reads a text of JSON (RFC 8259 §2, RFC 7493): `JSON-text = ws value ws`, in UTF-8 without a byte order mark.
    package init(parsing octets: [UInt8], limits: JSONLimits = JSONLimits()) throws(JSONError) {
        var parser = JSONParser(octets: octets, limits: limits)
        self = try parser.parse()
    }

    /// Reads a text of JSON.
    package init(parsing text: String, limits: JSONLimits = JSONLimits()) throws(JSONError) {
        try self.init(parsing: Array(text.utf8), limits: limits)
    }
}

/// Reads one text, in one pass. Each function begins at the first octet of what it reads and ends behind its last.
private struct JSONParser {
    private let octets: [UInt8]
    private let limits: JSONLimits
    private var offset = 0
    private var depth = 0
    private var count = 0

    init(octets: [UInt8], limits: JSONLimits) {
        self.octets = octets
        self.limits = limits
    }

    mutating func parse() throws(JSONError) -> JSONValue {
        skipSpace()
        let value = try value()
        skipSpace()
        guard offset == octets.count else { throw failure(.trailing) }
        return value
    }

    private func failure(_ reason: JSONError.Reason) -> JSONError { JSONError(reason: reason, offset: offset) }

    private var next: UInt8? { offset < octets.count ? octets[offset] : nil }

    private mutating func skipSpace() {
        while let octet = next, octet == 0x20 || octet == 0x0a || octet == 0x0d || octet == 0x09 { offset += 1 }
    }

    /// `value = false / null / true / object / array / number / string`
    private mutating func value() throws(JSONError) -> JSONValue {
        count += 1
        guard count <= limits.valuesMax else { throw failure(.tooMany) }
        guard let next else { throw failure(.ended) }
        switch next {
        case UInt8(ascii: "{"): return .object(try nested { parser throws(JSONError) in try parser.members() })
        case UInt8(ascii: "["): return .array(try nested { parser throws(JSONError) in try parser.elements() })
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
        default: throw failure(.unexpected)
        }
    }

    private mutating func word(_ word: StaticString, _ value: JSONValue) throws(JSONError) -> JSONValue {
        let length = word.utf8CodeUnitCount
        guard octets.count - offset >= length else { throw failure(.ended) }
        for index in 0..<length where octets[offset + index] != word.utf8Start[index] { throw failure(.unexpected) }
        offset += length
        return value
    }

    private mutating func nested<Value>(
        _ body: (inout JSONParser) throws(JSONError) -> Value
    ) throws(JSONError) -> Value {
        depth += 1
        guard depth <= limits.depthMax else { throw failure(.tooDeep) }
        offset += 1
        let value = try body(&self)
        depth -= 1
        return value
    }

    /// `object = "{" [ member *( "," member ) ] "}"`, `member = string ":" value`, behind the brace.
    private mutating func members() throws(JSONError) -> JSONObject {
        var object = JSONObject()
        skipSpace()
        if take(UInt8(ascii: "}")) { return object }
        while true {
            skipSpace()
            guard next == UInt8(ascii: "\"") else { throw failure(next == nil ? .ended : .unexpected) }
            let start = offset
            let name = try string()
            skipSpace()
            guard take(UInt8(ascii: ":")) else { throw failure(next == nil ? .ended : .unexpected) }
            skipSpace()
            guard object.insert(name, try value()) else { throw JSONError(reason: .duplicate, offset: start) }
            skipSpace()
            if take(UInt8(ascii: "}")) { return object }
            guard take(UInt8(ascii: ",")) else { throw failure(next == nil ? .ended : .unexpected) }
        }
    }

    /// `array = "[" [ value *( "," value ) ] "]"`, behind the bracket.
    private mutating func elements() throws(JSONError) -> [JSONValue] {
        var elements: [JSONValue] = []
        skipSpace()
        if take(UInt8(ascii: "]")) { return elements }
        while true {
            skipSpace()
            elements.append(try value())
            skipSpace()
            if take(UInt8(ascii: "]")) { return elements }
            guard take(UInt8(ascii: ",")) else { throw failure(next == nil ? .ended : .unexpected) }
        }
    }

    private mutating func take(_ octet: UInt8) -> Bool {
        guard next == octet else { return false }
        offset += 1
        return true
    }

    /// `number = [ "-" ] int [ frac ] [ exp ]`
    private mutating func number() throws(JSONError) -> JSONValue {
        let start = offset
        _ = take(UInt8(ascii: "-"))
        let digits = offset
        try skipDigits()
        // No zero comes before other digits.
        if octets[digits] == UInt8(ascii: "0"), offset - digits > 1 {
            throw JSONError(reason: .unexpected, offset: digits + 1)
        }
        var isInteger = true
        if take(UInt8(ascii: ".")) {
            isInteger = false
            try skipDigits()
        }
        if next == UInt8(ascii: "e") || next == UInt8(ascii: "E") {
            isInteger = false
            offset += 1
            if next == UInt8(ascii: "+") || next == UInt8(ascii: "-") { offset += 1 }
            try skipDigits()
        }
        let text = String(decoding: octets[start..<offset], as: UTF8.self)
        if isInteger, let number = Int64(text) { return .integer(number) }
        guard let number = Double(text), number.isFinite else { throw JSONError(reason: .number, offset: start) }
        return .number(number)
    }

    /// At least one.
    private mutating func skipDigits() throws(JSONError) {
        let start = offset
        while let octet = next, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(octet) { offset += 1 }
        guard offset > start else { throw failure(next == nil ? .ended : .unexpected) }
    }

    /// `string = quotation-mark *char quotation-mark`
    private mutating func string() throws(JSONError) -> String {
        let quote = offset
        offset += 1
        let start = offset
        while let octet = next, octet != UInt8(ascii: "\""), octet != UInt8(ascii: "\\") {
            guard octet >= 0x20 else { throw failure(.control) }
            offset += 1
        }
        guard let octet = next else { throw failure(.ended) }
        var content = octets[start..<offset]
        if octet == UInt8(ascii: "\\") { content = try escaped(content) }
        offset += 1
        guard let text = String(validating: content, as: UTF8.self) else {
            throw JSONError(reason: .notUnicode, offset: quote)
        }
        return text
    }

    /// The rest of a string with escapes, up to its quotation mark.
    private mutating func escaped(_ begin: ArraySlice<UInt8>) throws(JSONError) -> ArraySlice<UInt8> {
        var content = Array(begin)
        while let octet = next, octet != UInt8(ascii: "\"") {
            guard octet >= 0x20 else { throw failure(.control) }
            offset += 1
            if octet == UInt8(ascii: "\\") {
                try escape(into: &content)
            } else {
                content.append(octet)
            }
        }
        guard next != nil else { throw failure(.ended) }
        return content[...]
    }

    /// What follows a reverse solidus (RFC 8259 §7).
    private mutating func escape(into content: inout [UInt8]) throws(JSONError) {
        guard let octet = next else { throw failure(.ended) }
        offset += 1
        switch octet {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): content.append(octet)
        case UInt8(ascii: "b"): content.append(0x08)
        case UInt8(ascii: "f"): content.append(0x0c)
        case UInt8(ascii: "n"): content.append(0x0a)
        case UInt8(ascii: "r"): content.append(0x0d)
        case UInt8(ascii: "t"): content.append(0x09)
        case UInt8(ascii: "u"): content.append(contentsOf: String(try scalar()).utf8)
        default:
            offset -= 1
            throw failure(.unexpected)
        }
    }

    /// Four hexadecimal digits, or twice that for a surrogate pair.
    private mutating func scalar() throws(JSONError) -> Character {
        let first = try hexadecimal()
        var value = UInt32(first)
        if UTF16.isLeadSurrogate(first) {
            guard take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")) else { throw failure(.notUnicode) }
            let second = try hexadecimal()
            guard UTF16.isTrailSurrogate(second) else { throw failure(.notUnicode) }
            value = 0x1_0000 + (UInt32(first) - 0xd800) << 10 + (UInt32(second) - 0xdc00)
        }
        guard let scalar = Unicode.Scalar(value) else { throw failure(.notUnicode) }
        return Character(scalar)
    }

    private mutating func hexadecimal() throws(JSONError) -> UInt16 {
        guard octets.count - offset >= 4 else { throw failure(.ended) }
        var value: UInt16 = 0
        for _ in 0..<4 {
            guard let digit = Character(Unicode.Scalar(octets[offset])).hexDigitValue else {
                throw failure(.unexpected)
            }
            value = value << 4 | UInt16(digit)
            offset += 1
        }
        return value
    }
}
