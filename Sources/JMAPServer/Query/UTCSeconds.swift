/// A UTCDate (RFC 8620 §1.4) as seconds since 1970: `2014-10-30T06:12:00Z`.
struct UTCSeconds: RawRepresentable, Hashable, Sendable {
    let rawValue: Int64

    init(rawValue: Int64) { self.rawValue = rawValue }

    /// Reads RFC 3339's form with `T` and `Z` in capitals; fractions of a second are left out. Nil where it is none.
    init?(_ text: String) {
        var octets = Array(text.utf8)
        guard octets.last == UInt8(ascii: "Z") else { return nil }
        octets.removeLast()
        if octets.count > 19 {
            guard octets[19] == UInt8(ascii: "."), octets.count > 20, octets[20...].allSatisfy(Self.isDigit) else {
                return nil
            }
            octets.removeSubrange(19...)
        }
        let form = Array("dddd-dd-ddTdd:dd:dd".utf8)
        guard octets.count == form.count else { return nil }
        for (octet, wanted) in zip(octets, form) {
            guard wanted == UInt8(ascii: "d") ? Self.isDigit(octet) : octet == wanted else { return nil }
        }
        func number(_ range: Range<Int>) -> Int64 { octets[range].reduce(0) { $0 * 10 + Int64($1 - 0x30) } }
        let (year, month, day) = (number(0..<4), number(5..<7), number(8..<10))
        let (hour, minute, second) = (number(11..<13), number(14..<16), number(17..<19))
        guard (1...12).contains(month), (1...Self.days(month, year)).contains(day), hour < 24, minute < 60, second <= 60
        else { return nil }
        rawValue = Self.daysSince1970(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second
    }

    private static func isDigit(_ octet: UInt8) -> Bool { (0x30...0x39).contains(octet) }

    private static func days(_ month: Int64, _ year: Int64) -> Int64 {
        switch month {
        case 4, 6, 9, 11: 30
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        default: 31
        }
    }

    /// The years begin in March, so that the day that comes every four years is the last.
    private static func daysSince1970(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        let shifted = month > 2 ? year : year - 1
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }
}
