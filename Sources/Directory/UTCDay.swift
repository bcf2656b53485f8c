/// A day of the Gregorian calendar in UTC.
struct UTCDay {
    private let year: Int64
    private let month: Int64
    private let day: Int64

    /// The day of a time in seconds since 1970.
    init(seconds: Int64) {
        // Days since 1 March of the year 0, in eras of 400 years, in which years begin with March.
        let days = (seconds >= 0 ? seconds : 0) / 86400 + 719_468
        let era = days / 146_097
        let dayOfEra = days % 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }

    /// `20261121`.
    var digits: String { "\(year)\(month < 10 ? "0" : "")\(month)\(day < 10 ? "0" : "")\(day)" }
}
