/// The comparator `i;unicode-casemap` (RFC 5051 §2): each character's titlecase, decomposed to the end; what it gives is
/// compared octet by octet.
///
/// What is said of I18NLEVEL=1 (RFC 5255 §4) is this: texts that differ in case, width or the form of their accents are the
/// same. An accent itself counts.
package enum UnicodeCasemap {
    /// What is compared of a text, in UTF-8.
    package static func fold(_ text: String) -> [UInt8] {
        var folded: [UInt8] = []
        append(text, to: &folded)
        return folded
    }

    /// Appends what is compared of a text.
    package static func append(_ text: String, to folded: inout [UInt8]) {
        folded.reserveCapacity(folded.count + text.utf8.count)
        for scalar in text.unicodeScalars {
            if scalar.value < 0x80 {
                let octet = UInt8(truncatingIfNeeded: scalar.value)
                folded.append(octet &- 0x61 < 26 ? octet & 0xDF : octet)
            } else {
                append(scalar, to: &folded)
            }
        }
    }

    /// Appends what becomes of one character that is not ASCII.
    package static func append(_ scalar: Unicode.Scalar, to folded: inout [UInt8]) {
        if (0xAC00...0xD7A3).contains(scalar.value) { return appendHangul(scalar.value - 0xAC00, to: &folded) }
        let mapping = table.mapping(of: scalar.value)
        if mapping.isEmpty {
            appendUTF8(scalar.value, to: &folded)
        } else {
            folded.append(contentsOf: table.octets[mapping])
        }
    }

    /// A syllable is its two or three letters (The Unicode Standard, §3.12).
    private static func appendHangul(_ syllable: UInt32, to folded: inout [UInt8]) {
        appendUTF8(0x1100 + syllable / 588, to: &folded)
        appendUTF8(0x1161 + syllable % 588 / 28, to: &folded)
        if syllable % 28 != 0 { appendUTF8(0x11A7 + syllable % 28, to: &folded) }
    }

    fileprivate static func appendUTF8(_ code: UInt32, to octets: inout [UInt8]) {
        guard let scalar = Unicode.Scalar(code), let encoded = UTF8.encode(scalar) else { return }
        octets.append(contentsOf: encoded)
    }

    private static let table = CasemapTable(UnicodeCasemap.mappings)
}

/// The mappings by code point: pages of 256, those without a mapping shared.
private struct CasemapTable: Sendable {
    /// What characters become, in UTF-8.
    private(set) var octets: [UInt8] = []
    /// For each 256 code points the number of their page.
    private var pages = [UInt8](repeating: 0, count: 0x1100)
    /// For each code point of the pages where its mapping stands: first octet, then how many in the low six bits.
    private var places = [UInt32](repeating: 0, count: 256)

    init(_ text: StaticString) {
        var numbers: [UInt32] = []
        var number: UInt32 = 0
        text.withUTF8Buffer { buffer in
            for octet in buffer {
                switch octet {
                case UInt8(ascii: ";"):
                    numbers.append(number)
                    add(numbers)
                    numbers.removeAll(keepingCapacity: true)
                    number = 0
                case UInt8(ascii: " "):
                    numbers.append(number)
                    number = 0
                default:
                    number = number << 4 | UInt32(octet.hexadecimalValue ?? 0)
                }
            }
        }
    }

    private mutating func add(_ numbers: [UInt32]) {
        guard let code = numbers.first else { return }
        let start = octets.count
        for part in numbers.dropFirst() { UnicodeCasemap.appendUTF8(part, to: &octets) }
        if pages[Int(code >> 8)] == 0 {
            pages[Int(code >> 8)] = UInt8(places.count / 256)
            places.append(contentsOf: [UInt32](repeating: 0, count: 256))
        }
        places[Int(pages[Int(code >> 8)]) * 256 + Int(code & 0xFF)] = UInt32(start << 6 | (octets.count - start))
    }

    @inline(__always)
    func mapping(of code: UInt32) -> Range<Int> {
        let place = places[Int(pages[Int(code >> 8)]) * 256 + Int(code & 0xFF)]
        let start = Int(place >> 6)
        return start..<(start + Int(place & 63))
    }
}
