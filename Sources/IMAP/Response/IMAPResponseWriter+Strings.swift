/// Strings, each in the shortest form that holds it (RFC 9051 §4.3).
extension IMAPResponseWriter {
    /// A string of more octets is sent as a literal: clients have bounds on their lines.
    private static let quotedOctetsMax = 2_048

    /// `nstring = string / nil`
    mutating func nstring(_ text: String?) {
        if let text { string(text) } else { raw("NIL") }
    }

    /// `string = quoted / literal`
    mutating func string(_ text: String) {
        var text = text
        text.withUTF8 { string(UnsafeRawBufferPointer($0)) }
    }

    /// `string = quoted / literal`
    mutating func string(_ octets: [UInt8]) {
        octets.withUnsafeBytes { string($0) }
    }

    /// `astring = 1*ASTRING-CHAR / string`; `NIL` is quoted, that it be not taken for none.
    mutating func astring(_ text: String) {
        var text = text
        text.withUTF8 { octets in
            let isAtom = !octets.isEmpty && octets.count <= 255 && octets.allSatisfy(\.isAstringOctet)
            if isAtom, !octets.isKeyword("NIL") { raw(octets) } else { string(UnsafeRawBufferPointer(octets)) }
        }
    }

    /// The name as the client spells it, an atom where it can be one.
    package mutating func mailbox(_ name: MailboxName) {
        switch dialect.mailboxNames {
        case .utf8: astring(name.text)
        case .modifiedUTF7:
            // What ASCII can say alone needs no second spelling.
            let isPlain = name.text.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "&") }
            astring(isPlain ? name.text : String(decoding: ModifiedUTF7.encode(name.text), as: UTF8.self))
        }
    }

    /// `literal = "{" number64 "}" CRLF *CHAR8`, its octets to follow
    mutating func literalHeader(octets: UInt64) {
        raw(UInt8(ascii: "{"))
        number(octets)
        raw("}\r\n")
    }

    /// `string = quoted / literal`
    mutating func string(_ octets: UnsafeRawBufferPointer) {
        var canBeQuoted = octets.count <= Self.quotedOctetsMax
        var specials = 0
        var hasHighBit = false
        for octet in octets {
            if octet == UInt8(ascii: "\"") || octet == UInt8(ascii: "\\") { specials += 1 }
            if octet == 0 || octet == 0x0A || octet == 0x0D { canBeQuoted = false }
            if octet >= 0x80 { hasHighBit = true }
        }
        if hasHighBit, !dialect.acceptsUTF8 || String(validating: octets, as: UTF8.self) == nil { canBeQuoted = false }
        guard canBeQuoted else {
            // NUL may stand in literal8 only.
            if octets.contains(0) { raw(UInt8(ascii: "~")) }
            literalHeader(octets: UInt64(octets.count))
            return raw(octets)
        }
        raw(UInt8(ascii: "\""))
        if specials == 0 {
            raw(octets)
        } else {
            for octet in octets {
                if octet == UInt8(ascii: "\"") || octet == UInt8(ascii: "\\") { raw(UInt8(ascii: "\\")) }
                raw(octet)
            }
        }
        raw(UInt8(ascii: "\""))
    }
}
