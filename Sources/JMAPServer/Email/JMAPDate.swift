internal import InternetMessage

/// JMAP's Date and UTCDate (RFC 8620 §1.4): RFC 3339 with capitals, and without a fraction that is zero.
enum JMAPDate {
    /// `2014-10-30T06:12:00Z`
    static func utc(_ seconds: Int64) -> String { text(seconds, zoneMinutes: 0) }

    /// `2014-10-30T14:12:00+08:00`
    static func local(_ date: MailDate) -> String { text(date.secondsSince1970, zoneMinutes: date.zoneMinutes) }

    private static func text(_ seconds: Int64, zoneMinutes: Int) -> String {
        // Years have four digits.
        let range: ClosedRange<Int64> = -62_167_132_800...253_402_214_400
        let local = min(max(seconds, range.lowerBound), range.upperBound) + Int64(zoneMinutes) * 60
        let days = local >= 0 ? local / 86_400 : (local - 86_399) / 86_400
        let second = local - days * 86_400
        let (year, month, day) = civil(days)
        let date = "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))"
        let time = "\(padded(second / 3_600, 2)):\(padded(second / 60 % 60, 2)):\(padded(second % 60, 2))"
        guard zoneMinutes != 0 else { return "\(date)T\(time)Z" }
        let minutes = Int64(abs(zoneMinutes))
        let zone = "\(zoneMinutes < 0 ? "-" : "+")\(padded(minutes / 60, 2)):\(padded(minutes % 60, 2))"
        return "\(date)T\(time)\(zone)"
    }

    private static func padded(_ value: Int64, _ width: Int) -> String {
        let digits = String(value)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }

    /// Reads a Date; nil where it is none. Fractions of a second are left out.
    static func parse(_ text: String) -> MailDate? {
        var reader = Reader(octets: Array(text.utf8))
        guard let year = reader.number(4), reader.take("-"), let month = reader.number(2), reader.take("-"),
            let day = reader.number(2), reader.take("T"), let hour = reader.number(2), reader.take(":"),
            let minute = reader.number(2), reader.take(":"), let second = reader.number(2), reader.skipFraction(),
            let zone = reader.zone(), reader.isAtEnd
        else { return nil }
        guard (1...12).contains(month), (1...daysIn(month, year)).contains(day), hour < 24, minute < 60, second <= 60
        else { return nil }
        let seconds = days(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second
        return MailDate(secondsSince1970: seconds - Int64(zone) * 60, zoneMinutes: zone)
    }

    /// Reads a UTCDate, as seconds since 1970; nil where it is none.
    static func parseUTC(_ text: String) -> Int64? {
        text.hasSuffix("Z") ? parse(text)?.secondsSince1970 : nil
    }

    private struct Reader {
        let octets: [UInt8]
        var position = 0

        var isAtEnd: Bool { position == octets.count }

        mutating func take(_ character: Unicode.Scalar) -> Bool {
            guard position < octets.count, octets[position] == UInt8(ascii: character) else { return false }
            position += 1
            return true
        }

        mutating func number(_ digits: Int) -> Int64? {
            guard octets.count - position >= digits else { return nil }
            let slice = octets[position..<(position + digits)]
            guard slice.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
            position += digits
            return slice.reduce(0) { $0 * 10 + Int64($1 - 0x30) }
        }

        mutating func skipFraction() -> Bool {
            guard take(".") else { return true }
            let start = position
            while number(1) != nil {}
            return position > start
        }

        /// Minutes east of UTC.
        mutating func zone() -> Int? {
            if take("Z") { return 0 }
            let sign = take("+") ? 1 : take("-") ? -1 : 0
            guard sign != 0, let hours = number(2), take(":"), let minutes = number(2), hours < 24, minutes < 60 else {
                return nil
            }
            return sign * Int(hours * 60 + minutes)
        }
    }

    private static func daysIn(_ month: Int64, _ year: Int64) -> Int64 {
        switch month {
        case 4, 6, 9, 11: 30
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        default: 31
        }
    }

    /// Days since 1970; years begin in March here, so that the leap day is their last.
    private static func days(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        let shifted = month > 2 ? year : year - 1
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    /// The other way.
    private static func civil(_ days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return (year, month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
    }
}
