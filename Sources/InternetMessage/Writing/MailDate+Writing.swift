extension MailDate {
    /// The nearest moment and zone that a Date field can tell: years of four digits, a zone of less than a day
    /// (RFC 5322 §3.3).
    var writable: MailDate {
        MailDate(
            secondsSince1970: min(max(secondsSince1970, Self.first), Self.last),
            zoneMinutes: min(max(zoneMinutes, -1_439), 1_439), isZoneKnown: isZoneKnown
        )
    }

    /// A day after 1900 began, and a day before the year 9999 ends: no zone leads out of these years.
    private static let first: Int64 = -2_208_902_400
    private static let last: Int64 = 253_402_214_400
}
