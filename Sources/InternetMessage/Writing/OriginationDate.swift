/// A moment as a Date field tells it: in somebody's time zone (RFC 5322 §3.3).
package struct OriginationDate: Sendable, Hashable {
    package let secondsSince1970: Int64
    /// East of UTC, at most 99 h 59 min either way.
    package let utcOffsetMinutes: Int

    /// Moments before 1900 or after 9999, which the field cannot tell, become the nearest one that it can.
    package init(secondsSince1970: Int64, utcOffsetMinutes: Int = 0) {
        self.secondsSince1970 = min(max(secondsSince1970, -2_208_902_400), 253_402_214_400)
        self.utcOffsetMinutes = min(max(utcOffsetMinutes, -1_439), 1_439)
    }

    /// `Fri, 21 Nov 1997 09:55:06 -0600`
    package var text: String {
        let local = secondsSince1970 + Int64(utcOffsetMinutes) * 60
        let days = Int((local - (local % 86_400 + 86_400) % 86_400) / 86_400)
        let second = Int((local % 86_400 + 86_400) % 86_400)
        let (year, month, day) = Self.civil(days: days)
        let weekday = Self.weekdays[((days + 4) % 7 + 7) % 7]
        let time = "\(two(second / 3_600)):\(two(second / 60 % 60)):\(two(second % 60))"
        let zone = abs(utcOffsetMinutes)
        let sign = utcOffsetMinutes < 0 ? "-" : "+"
        let calendar = "\(weekday), \(day) \(Self.months[month - 1]) \(year)"
        return "\(calendar) \(time) \(sign)\(two(zone / 60))\(two(zone % 60))"
    }

    private func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }

    /// The Gregorian date of a day counted from 1970-01-01, by years that start in March.
    private static func civil(days: Int) -> (year: Int, month: Int, day: Int) {
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
    }

    private static let weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
}
