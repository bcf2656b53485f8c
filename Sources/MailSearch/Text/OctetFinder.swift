internal import Glibc

/// Finds some octets among others: looks for the rarest of them, which memchr does many at a time, and compares there.
struct OctetFinder: Sendable {
    private let wanted: [UInt8]
    /// The place of the rarest octet.
    private let rarest: Int

    /// At least one octet.
    init(_ wanted: [UInt8]) {
        self.wanted = wanted
        rarest = wanted.indices.min { Self.frequency(wanted[$0]) < Self.frequency(wanted[$1]) } ?? 0
    }

    /// The first place at or behind `start` where they stand.
    @inline(__always)
    func first(in octets: UnsafeRawBufferPointer, from start: Int) -> Int? {
        guard let base = octets.baseAddress, let first = wanted.first else { return nil }
        let key = CInt(wanted[rarest])
        var position = start + rarest
        let end = octets.count - (wanted.count - rarest - 1)
        while position < end, let hit = memchr(base + position, key, end - position) {
            let place = UnsafeRawPointer(hit) - base - rarest
            // Most places differ at once.
            if octets[place] == first, wanted.withUnsafeBytes({ equals($0, base + place) }) { return place }
            position = place + rarest + 1
        }
        return nil
    }

    private func equals(_ wanted: UnsafeRawBufferPointer, _ other: UnsafeRawPointer) -> Bool {
        guard let base = wanted.baseAddress else { return true }
        return memcmp(base, other, wanted.count) == 0
    }

    /// How often an octet stands in folded text and its terms, roughly: parts of a thousand.
    private static func frequency(_ octet: UInt8) -> Int {
        switch octet {
        case 0: 120
        case UInt8(ascii: "E"), UInt8(ascii: "A"), UInt8(ascii: "T"), UInt8(ascii: "O"): 80
        case UInt8(ascii: "I"), UInt8(ascii: "N"), UInt8(ascii: "S"), UInt8(ascii: "R"): 65
        case UInt8(ascii: "X"), UInt8(ascii: "J"), UInt8(ascii: "Q"), UInt8(ascii: "Z"): 4
        case UInt8(ascii: "V"), UInt8(ascii: "K"), UInt8(ascii: "W"), UInt8(ascii: "Y"): 15
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): 30
        case 0x20: 150
        case 0x30...0x39, UInt8(ascii: "."): 20
        case 0x80...0xBF: 40
        // The beginnings of combining marks, Cyrillic, kana and CJK.
        case 0xCC, 0xD0, 0xD1, 0xE3...0xE9: 90
        default: 8
        }
    }
}
