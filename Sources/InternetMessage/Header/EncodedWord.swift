/// One `=?charset?encoding?text?=` (RFC 2047 §2), with the language of RFC 2231 §5.
struct EncodedWord {
    /// As written, without the language.
    let charset: String
    /// In that charset, the Q or B encoding undone. The next word may go on in the middle of a character.
    let octets: [UInt8]
    /// Where the word ends in what was read.
    let end: Int

    /// The word that starts at `start`, or nil: what is there is no whole, well-formed word and stays as it is.
    ///
    /// Words over 75 octets and words with blanks inside are taken too: programs write them. Looks no further than the
    /// `?` that ends the text, so that a scan over a whole field stays linear.
    init?(in bytes: ArraySlice<UInt8>, at start: Int) {
        var index = start
        guard bytes.endIndex - start >= 8, bytes[start] == Self.equals, bytes[start + 1] == Self.mark else {
            return nil
        }
        index += 2
        guard let charset = Self.charset(in: bytes, at: &index) else { return nil }
        guard bytes.endIndex - index >= 4, bytes[index + 1] == Self.mark else { return nil }
        let encoding = bytes[index].asciiLowercased
        index += 2
        guard encoding == UInt8(ascii: "q") || encoding == UInt8(ascii: "b") else { return nil }
        guard let end = bytes[index...].firstIndex(of: Self.mark) else { return nil }
        guard end + 1 < bytes.endIndex, bytes[end + 1] == Self.equals else { return nil }
        self.charset = charset
        self.octets =
            encoding == UInt8(ascii: "q") ? Self.decodeQ(bytes[index..<end]) : Self.decodeB(bytes[index..<end])
        self.end = end + 2
    }

    private static let equals = UInt8(ascii: "=")
    private static let mark = UInt8(ascii: "?")
    private static let charsetLengthMax = 80

    private static func charset(in bytes: ArraySlice<UInt8>, at index: inout Int) -> String? {
        let start = index
        while index < bytes.endIndex, bytes[index] != mark {
            guard bytes[index] > 0x20, bytes[index] < 0x7F, bytes[index] != equals else { return nil }
            guard index - start < charsetLengthMax else { return nil }
            index += 1
        }
        guard index < bytes.endIndex, index > start else { return nil }
        let name = bytes[start..<index].prefix { $0 != UInt8(ascii: "*") }
        index += 1
        return name.isEmpty ? nil : String(decoding: name, as: UTF8.self)
    }

    /// RFC 2047 §4.2. An `=` without two digits stays as it is; ends of lines inside were folding.
    private static func decodeQ(_ text: ArraySlice<UInt8>) -> [UInt8] {
        var octets: [UInt8] = []
        octets.reserveCapacity(text.count)
        var index = text.startIndex
        while index < text.endIndex {
            let octet = text[index]
            index += 1
            switch octet {
            case UInt8(ascii: "_"):
                octets.append(0x20)
            case equals:
                if index + 1 < text.endIndex, let high = text[index].hexadecimalValue,
                    let low = text[index + 1].hexadecimalValue
                {
                    octets.append(high << 4 | low)
                    index += 2
                } else {
                    octets.append(octet)
                }
            case 0x0D, 0x0A:
                continue
            default:
                octets.append(octet)
            }
        }
        return octets
    }

    private static func decodeB(_ text: ArraySlice<UInt8>) -> [UInt8] {
        var decoder = Base64Decoder()
        var octets: [UInt8] = []
        decoder.decode(text.span, into: &octets)
        decoder.finish(into: &octets)
        return octets
    }
}
