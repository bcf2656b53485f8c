/// A point in time as RFC 3339 writes it, for FUTURERELEASE (RFC 4865 §4, where it is UTC; zones are taken as well).
package enum UTCDateTime {
    /// ```
    /// date-time = full-date "T" full-time
    /// full-date = 4DIGIT "-" 2DIGIT "-" 2DIGIT
    /// full-time = 2DIGIT ":" 2DIGIT ":" 2DIGIT ["." 1*DIGIT] ("Z" / ("+" / "-") 2DIGIT ":" 2DIGIT)
    /// ```
    /// (RFC 3339 §5.6)
    ///
    /// - Returns: seconds since 1970, UTC, fractions dropped; nil for what is no such date. A leap second is the next one.
    package static func parse(_ octets: ArraySlice<UInt8>) -> Int64? {
        var cursor = OctetCursor(Array(octets))
        guard let year = number(4, &cursor), cursor.take(0x2d), let month = number(2, &cursor), cursor.take(0x2d),
            let day = number(2, &cursor), cursor.take(word: "T"), let hour = number(2, &cursor), cursor.take(0x3a),
            let minute = number(2, &cursor), cursor.take(0x3a), let second = number(2, &cursor)
        else { return nil }
        if cursor.take(0x2e), cursor.take(while: { $0 >= 0x30 && $0 <= 0x39 }).isEmpty { return nil }
        guard let zoneMinutes = zone(&cursor), cursor.isAtEnd, (1...12).contains(month), hour < 24, minute < 60,
            second <= 60, day >= 1, day <= daysInMonth(month, of: year)
        else { return nil }
        let days = daysSince1970(year: year, month: month, day: day)
        return Int64(((days * 24 + hour) * 60 + minute - zoneMinutes) * 60 + second)
    }

    /// `2027-01-02T03:04:05Z`; times before 1970 or after 9999 are cut to these.
    package static func write(_ secondsSince1970: Int64) -> String {
        let seconds = Int(min(max(secondsSince1970, 0), 253_402_300_799))
        let (year, month, day) = calendarDay(seconds / 86_400)
        let time = seconds % 86_400
        return "\(digits(year, 4))-\(digits(month, 2))-\(digits(day, 2))"
            + "T\(digits(time / 3600, 2)):\(digits(time / 60 % 60, 2)):\(digits(time % 60, 2))Z"
    }

    private static func number(_ count: Int, _ cursor: inout OctetCursor) -> Int? {
        var value = 0
        for _ in 0..<count {
            guard let digit = cursor.next(), digit >= 0x30, digit <= 0x39 else { return nil }
            value = value * 10 + Int(digit) - 0x30
        }
        return value
    }

    /// Minutes east of UTC.
    private static func zone(_ cursor: inout OctetCursor) -> Int? {
        if cursor.take(word: "Z") { return 0 }
        let isWest = cursor.take(0x2d)
        guard isWest || cursor.take(0x2b), let hours = number(2, &cursor), cursor.take(0x3a),
            let minutes = number(2, &cursor), hours < 24, minutes < 60
        else { return nil }
        return (isWest ? -1 : 1) * (hours * 60 + minutes)
    }

    private static func digits(_ number: Int, _ count: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, count - text.utf8.count)) + text
    }

    private static func daysInMonth(_ month: Int, of year: Int) -> Int {
        switch month {
        case 2: (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// By years that begin in March, from 0000-03-01 on.
    private static func daysSince1970(year: Int, month: Int, day: Int) -> Int {
        let shifted = month <= 2 ? year - 1 : year
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    /// For a day that is not before 1970.
    private static func calendarDay(_ days: Int) -> (year: Int, month: Int, day: Int) {
        let shifted = days + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * monthFromMarch + 2) / 5 + 1)
    }
}
