internal import Glibc

/// Sizes, counts, times and spans as people read them.
package enum QuantityText {
    /// `0 B`, `999 B`, `1.5 KiB`, `50 MiB`.
    package static func size(bytes: Int64) -> String {
        guard bytes.magnitude >= 1024 else { return "\(bytes) B" }
        var value = Double(bytes)
        var unit = 0
        let units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"]
        while value.magnitude >= 1024, unit + 1 < units.count {
            value /= 1024
            unit += 1
        }
        let tenths = Int64((value * 10).rounded())
        // 1023.96 KiB would else be written 1024 KiB.
        if tenths.magnitude >= 10240, unit + 1 < units.count { return "1 \(units[unit + 1])" }
        let isShort = tenths.magnitude >= 100 || tenths % 10 == 0
        return isShort
            ? "\(Int64(value.rounded())) \(units[unit])" : "\(tenths / 10).\(tenths.magnitude % 10) \(units[unit])"
    }

    /// `1 message`, `2 messages`, `1,234 messages`.
    package static func count(_ number: Int64, _ noun: String, plural: String? = nil) -> String {
        "\(grouped(number)) \(number == 1 ? noun : plural ?? noun + "s")"
    }

    /// `1,234,567`.
    package static func grouped(_ number: Int64) -> String {
        var digits = Array(String(number.magnitude))
        var place = digits.count - 3
        while place > 0 {
            digits.insert(",", at: place)
            place -= 3
        }
        return (number < 0 ? "-" : "") + String(digits)
    }

    /// `4 s`, `3 min 20 s`, `2 h 5 min`, `3 d 4 h`.
    package static func span(seconds: Int64) -> String {
        let seconds = max(0, seconds)
        switch seconds {
        case ..<60: return "\(seconds) s"
        case ..<3600: return "\(seconds / 60) min" + rest(seconds % 60, "s")
        case ..<86400: return "\(seconds / 3600) h" + rest(seconds % 3600 / 60, "min")
        default: return "\(seconds / 86400) d" + rest(seconds % 86400 / 3600, "h")
        }
    }

    private static func rest(_ number: Int64, _ unit: String) -> String { number == 0 ? "" : " \(number) \(unit)" }

    /// `2026-11-21 06:15:00`, in the time zone of the user.
    package static func localTime(secondsSince1970 seconds: Int64) -> String {
        var time = time_t(seconds)
        var parts = tm()
        guard localtime_r(&time, &parts) != nil else { return "\(seconds)" }
        return "\(padded(Int(parts.tm_year) + 1900, 4))-\(padded(Int(parts.tm_mon) + 1))-\(padded(Int(parts.tm_mday)))"
            + " \(padded(Int(parts.tm_hour))):\(padded(Int(parts.tm_min))):\(padded(Int(parts.tm_sec)))"
    }

    private static func padded(_ number: Int, _ width: Int = 2) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
