extension MailDate: CustomStringConvertible {
    /// The date as a Date field has it, `Fri, 21 Nov 1997 09:55:06 -0600` (RFC 5322 §3.3).
    package var description: String {
        let local = secondsSince1970 + Int64(zoneMinutes) * 60
        let days = Int(Self.floorDivide(local, 86_400))
        let second = Int(local - Int64(days) * 86_400)
        let (year, month, day) = Self.calendarDay(days)
        let weekday = Self.weekdays[((days + 4) % 7 + 7) % 7]
        let date = "\(weekday), \(day) \(Self.months[month - 1]) \(Self.padded(year, 4))"
        let hour = Self.padded(second / 3_600, 2)
        let time = "\(hour):\(Self.padded(second / 60 % 60, 2)):\(Self.padded(second % 60, 2))"
        return "\(date) \(time) \(zone)"
    }

    private var zone: String {
        let sign = zoneMinutes < 0 || !isZoneKnown ? "-" : "+"
        let minutes = abs(zoneMinutes)
        return sign + Self.padded(minutes / 60, 2) + Self.padded(minutes % 60, 2)
    }

    private static func floorDivide(_ value: Int64, _ divisor: Int64) -> Int64 {
        let quotient = value / divisor
        return value % divisor < 0 ? quotient - 1 : quotient
    }

    private static func padded(_ value: Int, _ width: Int) -> String {
        let digits = String(value)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }
}
