/// The writing of encoded words in UTF-8 (RFC 2047 §4), in the form that any place in a header can have (§5).
enum EncodedWordEncoding {
    case q
    case b

    /// `=?utf-8?Q?` and `?=`
    static let frameLength = 12
    /// RFC 2047 §2: a word has at most 75 octets.
    static let textLengthMax = 75 - frameLength
    /// Room for any one character in either encoding.
    static let roomMin = 16

    /// The one that gives less; Q, which people can read, when they are equal.
    init(shorterFor text: [UInt8]) {
        let q = text.reduce(0) { $0 + ($1 == 0x20 || Self.isSafe($1) ? 1 : 3) }
        self = q <= (text.count + 2) / 3 * 4 ? .q : .b
    }

    /// As much of `text` as fits into `room` octets, whole characters (RFC 2047 §5: each word stands for itself).
    func piece(of text: ArraySlice<UInt8>, room: Int) -> ArraySlice<UInt8> {
        var end = text.startIndex
        var length = 0
        while end < text.endIndex {
            var next = end + 1
            while next < text.endIndex, text[next] & 0xC0 == 0x80 { next += 1 }
            let character = text[end..<next]
            switch self {
            case .q:
                length += character.reduce(0) { $0 + ($1 == 0x20 || Self.isSafe($1) ? 1 : 3) }
                if length > room { return end > text.startIndex ? text[..<end] : character }
            case .b:
                length += character.count
                if (length + 2) / 3 * 4 > room { return end > text.startIndex ? text[..<end] : character }
            }
            end = next
        }
        return text
    }

    func word(_ text: ArraySlice<UInt8>) -> [UInt8] {
        var word: [UInt8]
        switch self {
        case .q:
            word = Array("=?utf-8?Q?".utf8)
            for octet in text {
                if octet == 0x20 {
                    word.append(UInt8(ascii: "_"))
                } else if Self.isSafe(octet) {
                    word.append(octet)
                } else {
                    word.append(UInt8(ascii: "="))
                    word.append(.hexadecimalDigit(octet >> 4))
                    word.append(.hexadecimalDigit(octet & 15))
                }
            }
        case .b:
            word = Array("=?utf-8?B?".utf8) + Base64Encoder.encode(text)
        }
        word.append(contentsOf: Array("?=".utf8))
        return word
    }

    /// What Q leaves as it is also inside a phrase (RFC 2047 §5 (3)).
    private static func isSafe(_ octet: UInt8) -> Bool {
        switch octet {
        case UInt8(ascii: "!"), UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "/"): true
        default: octet.isASCIILetter || octet.isASCIIDigit
        }
    }
}
