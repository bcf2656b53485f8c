/// The alphabets of RFC 9051 §9.
extension UInt8 {
    /// `ATOM-CHAR`: a CHAR that is none of `( ) { SP CTL % * " \ ]`.
    var isAtomOctet: Bool {
        switch self {
        case 0...0x20, 0x7F...0xFF: false
        case UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "{"), UInt8(ascii: "%"), UInt8(ascii: "*"),
            UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "]"):
            false
        default: true
        }
    }

    /// `ASTRING-CHAR`: an ATOM-CHAR or `]`.
    var isAstringOctet: Bool { isAtomOctet || self == UInt8(ascii: "]") }

    /// An octet of a tag: an ASTRING-CHAR but `+`.
    var isTagOctet: Bool { isAstringOctet && self != UInt8(ascii: "+") }

    /// `list-char`: an ASTRING-CHAR or a wildcard.
    var isListOctet: Bool { isAstringOctet || self == UInt8(ascii: "%") || self == UInt8(ascii: "*") }

    /// `DIGIT`.
    var isDigit: Bool { self >= 0x30 && self <= 0x39 }

    /// A letter of ASCII as capital.
    var capital: UInt8 { self >= 0x61 && self <= 0x7A ? self & 0xDF : self }
}

extension Collection<UInt8> {
    /// Whether this is the word, in any case of ASCII letters.
    func isKeyword(_ word: StaticString) -> Bool {
        guard count == word.utf8CodeUnitCount else { return false }
        return word.withUTF8Buffer { expected in elementsEqual(expected) { $0.capital == $1.capital } }
    }
}
