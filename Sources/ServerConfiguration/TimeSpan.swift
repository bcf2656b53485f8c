/// A span of time as people write it.
enum TimeSpan {
    private static let units: [(names: [String], seconds: Int)] = [
        (["s", "sec", "second", "seconds"], 1), (["min", "minute", "minutes"], 60), (["h", "hour", "hours"], 3600),
        (["d", "day", "days"], 86_400),
    ]

    /// Reads `90 s`, `5 min`, `4 h` or `5 d` as seconds.
    static func parse(_ text: String) -> Int? {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        let unit = text.dropFirst(digits.count).drop { $0 == " " }.lowercased()
        guard let number = Int(digits), let factor = units.first(where: { $0.names.contains(unit) })?.seconds else {
            return nil
        }
        let (seconds, overflow) = number.multipliedReportingOverflow(by: factor)
        return overflow ? nil : seconds
    }
}
