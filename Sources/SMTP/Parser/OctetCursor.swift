/// A place in a command line, moved forward by the grammar's functions.
struct OctetCursor: Sendable {
    let octets: [UInt8]
    private(set) var index = 0

    init(_ octets: [UInt8]) {
        self.octets = octets
    }

    var isAtEnd: Bool { index >= octets.count }

    /// The octet to come; nil at the end.
    var peek: UInt8? { index < octets.count ? octets[index] : nil }

    /// The octet to come, taken.
    mutating func next() -> UInt8? {
        guard index < octets.count else { return nil }
        defer { index += 1 }
        return octets[index]
    }

    /// Takes one octet if it is this one.
    mutating func take(_ octet: UInt8) -> Bool {
        guard peek == octet else { return false }
        index += 1
        return true
    }

    /// Takes a word if it comes next, in any case of letters; `capitals` has none but capitals.
    mutating func take(word capitals: StaticString) -> Bool {
        let count = capitals.utf8CodeUnitCount
        guard octets.count - index >= count else { return false }
        let matches = capitals.withUTF8Buffer { word in
            for offset in 0..<count where OctetCursor.capital(octets[index + offset]) != word[offset] { return false }
            return true
        }
        if matches { index += count }
        return matches
    }

    /// Takes octets as long as they fit.
    mutating func take(while fits: (UInt8) -> Bool) -> Range<Int> {
        let start = index
        while index < octets.count, fits(octets[index]) { index += 1 }
        return start..<index
    }

    /// Takes spaces and tabs.
    mutating func skipSpaces() {
        while index < octets.count, octets[index] == 0x20 || octets[index] == 0x09 { index += 1 }
    }

    /// Text of what was taken; nil when it is not UTF-8.
    func text(_ range: Range<Int>) -> String? {
        String(validating: octets[range], as: UTF8.self)
    }

    /// A letter as capital.
    static func capital(_ octet: UInt8) -> UInt8 {
        octet >= 0x61 && octet <= 0x7a ? octet & 0xdf : octet
    }
}
