/// Strings (RFC 9051 §4.3).
extension IMAPParser {
    /// `atom = 1*ATOM-CHAR`
    mutating func atom() throws(IMAPSyntaxError) -> [UInt8] {
        let atom = take(while: \.isAtomOctet)
        guard !atom.isEmpty else { throw isAtEnd ? .missingArgument : .invalidArgument }
        return Array(atom)
    }

    /// `astring = 1*ASTRING-CHAR / string`
    mutating func astring() throws(IMAPSyntaxError) -> [UInt8] {
        let atom = take(while: \.isAstringOctet)
        return atom.isEmpty ? try string() : Array(atom)
    }

    /// `string = quoted / literal`
    mutating func string() throws(IMAPSyntaxError) -> [UInt8] {
        switch peek {
        case UInt8(ascii: "\""): return try quoted()
        case UInt8(ascii: "{"):
            let content = try literal()
            guard !content.contains(0) else { throw .bad("NUL in a literal") }
            return content
        case nil: throw .missingArgument
        default: throw .invalidArgument
        }
    }

    /// `nstring = string / nil`
    mutating func nstring() throws(IMAPSyntaxError) -> [UInt8]? {
        take(word: "NIL") ? nil : try string()
    }

    /// An astring that is text.
    mutating func text() throws(IMAPSyntaxError) -> String {
        guard let text = String(validating: try astring(), as: UTF8.self) else { throw .bad("Not UTF-8") }
        return text
    }

    /// `quoted = DQUOTE *QUOTED-CHAR DQUOTE`
    ///
    ///     QUOTED-CHAR = <any TEXT-CHAR except quoted-specials> / "\" quoted-specials / UTF8-2 / UTF8-3 / UTF8-4
    ///
    /// UTF-8 is taken in every mode: clients send it without asking, and it can mean nothing else.
    mutating func quoted() throws(IMAPSyntaxError) -> [UInt8] {
        try expect(UInt8(ascii: "\""))
        var content: [UInt8] = []
        var isASCII = true
        while let octet = peek {
            skipOctet()
            switch octet {
            case UInt8(ascii: "\""):
                guard isASCII || String(validating: content, as: UTF8.self) != nil else { throw .bad("Not UTF-8") }
                return content
            case UInt8(ascii: "\\"):
                guard let escaped = peek, escaped == UInt8(ascii: "\"") || escaped == UInt8(ascii: "\\") else {
                    throw .bad("Backslash before what needs none")
                }
                skipOctet()
                content.append(escaped)
            case 0, 0x0A, 0x0D: throw .bad("Control character in a quoted string")
            default:
                isASCII = isASCII && octet < 0x80
                content.append(octet)
            }
        }
        throw .bad("Quoted string without end")
    }

    /// `literal = "{" number64 ["+"] "}" CRLF *CHAR8`; what was framed has its octets behind it.
    mutating func literal() throws(IMAPSyntaxError) -> [UInt8] {
        try expect(UInt8(ascii: "{"))
        let count = try number64()
        _ = take(UInt8(ascii: "+"))
        try expect(UInt8(ascii: "}"))
        guard !isAtEnd else { throw .literalAwaited }
        try expect(0x0D)
        try expect(0x0A)
        guard let size = Int(exactly: count), let content = take(count: size) else { throw .invalidArgument }
        return Array(content)
    }

    /// `literal8 = "~{" number64 ["+"] "}" CRLF *OCTET` (RFC 4466 §3)
    mutating func literal8() throws(IMAPSyntaxError) -> [UInt8] {
        try expect(UInt8(ascii: "~"))
        return try literal()
    }

    private mutating func skipOctet() { _ = take(count: 1) }
}
