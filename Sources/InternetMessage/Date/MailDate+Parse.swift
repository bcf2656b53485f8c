extension MailDate {
    /// Reads a Date field's value (RFC 5322 §3.3, obsolete forms of §4.3), and what old programs wrote in its place:
    /// no seconds, no zone, the month first, the year last. Nil when it has no day that exists.
    package init?(parsing value: ArraySlice<UInt8>) {
        guard let date = value.withUnsafeBytes({ MailDate(Octets($0)) }) else { return nil }
        self = date
    }

    init?(_ octets: Octets) {
        var scanner = DateScanner(octets)
        guard let date = scanner.read() else { return nil }
        self = date
    }
}

/// Sorts the words of a date by what they look like: their order differs, their shapes do not.
private struct DateScanner {
    private let octets: Octets
    private var position: Int
    private var day: Int?
    private var month: Int?
    private var year: Int?
    private var secondOfDay: Int?
    private var zoneMinutes: Int?
    private var isZoneKnown = false

    /// Longer values are no dates.
    private static let wordsMax = 32

    init(_ octets: Octets) {
        self.octets = octets
        position = octets.start
    }

    mutating func read() -> MailDate? {
        var words = 0
        while words < Self.wordsMax, skipBlanks() {
            readWord()
            words += 1
        }
        guard let day, let month, let year, let secondOfDay else { return nil }
        guard day >= 1, day <= MailDate.daysInMonth(month, year: year) else { return nil }
        let days = MailDate.days(year: year, month: month, day: day)
        let zone = zoneMinutes ?? 0
        return MailDate(
            secondsSince1970: Int64(days) * 86_400 + Int64(secondOfDay) - Int64(zone) * 60, zoneMinutes: zone,
            isZoneKnown: isZoneKnown)
    }

    /// Skips blanks, comments and commas; false at the end.
    private mutating func skipBlanks() -> Bool {
        while position < octets.end {
            let octet = octets[position]
            if octet == ASCII.openParenthesis {
                position = octets.endOfComment(from: position) ?? octets.end
            } else if octet.isFoldingSpace || octet == ASCII.comma || octet == 0 {
                position += 1
            } else {
                return true
            }
        }
        return false
    }

    private mutating func readWord() {
        let octet = octets[position]
        if octet.isASCIIDigit {
            readNumber()
        } else if octet == ASCII.plus || octet == ASCII.hyphen, secondOfDay != nil, zoneMinutes == nil || !isZoneKnown {
            position += 1
            let number = digits()
            guard number.count >= 3 else { return }
            setZone(number.value, isWest: octet == ASCII.hyphen)
        } else if octet.isASCIILetter {
            readName()
        } else {
            position += 1
        }
    }

    private mutating func digits() -> (value: Int, count: Int) {
        var value = 0
        let start = position
        while octets[position].isASCIIDigit {
            if position - start < 9 { value = value * 10 + Int(octets[position] &- 0x30) }
            position += 1
        }
        return (value, position - start)
    }

    private mutating func readNumber() {
        let number = digits()
        if octets[position] == ASCII.colon || secondOfDay == nil && day != nil && year != nil && timeFollows() {
            readTime(hour: number.value)
        } else if day == nil, number.count <= 2 {
            day = number.value
        } else if year == nil {
            // RFC 5322 §4.3 on years of two and three digits.
            switch number.count {
            case 2: year = number.value + (number.value < 50 ? 2000 : 1900)
            case 3: year = number.value + 1900
            default: year = number.value <= 9999 ? number.value : nil
            }
        }
    }

    /// Obsolete syntax lets blanks and comments stand around the colon.
    private mutating func timeFollows() -> Bool {
        var ahead = self
        guard ahead.skipBlanks(), octets[ahead.position] == ASCII.colon else { return false }
        position = ahead.position
        return true
    }

    private mutating func readTime(hour: Int) {
        guard let minute = numberBehindColon() else { return }
        let second = numberBehindColon() ?? 0
        guard hour < 24, minute < 60, second <= 60 else { return }
        // A leap second has no place of its own in seconds since 1970.
        secondOfDay = hour * 3_600 + minute * 60 + min(second, 59)
        // Fractions of a second, which no RFC allows.
        if octets[position] == ASCII.dot {
            position += 1
            _ = digits()
        }
    }

    private mutating func numberBehindColon() -> Int? {
        var ahead = self
        guard ahead.skipBlanks(), octets[ahead.position] == ASCII.colon else { return nil }
        ahead.position += 1
        guard ahead.skipBlanks(), octets[ahead.position].isASCIIDigit else { return nil }
        position = ahead.position
        return digits().value
    }

    private mutating func readName() {
        let start = position
        while octets[position].isASCIILetter { position += 1 }
        let name = start..<position
        if month == nil, name.count >= 3, let found = monthNumber(at: start) {
            month = found
            // `21-Nov-97`
            if octets[position] == ASCII.hyphen { position += 1 }
        } else if secondOfDay != nil, zoneMinutes == nil {
            let zone = Self.namedZones.first { octets.equalsIgnoringCase(name, $0.name) }
            zoneMinutes = (zone?.hours ?? 0) * 60
            isZoneKnown = zone != nil
        }
    }

    private func monthNumber(at start: Int) -> Int? {
        let begin = start..<start + 3
        return Self.months.firstIndex { octets.equalsIgnoringCase(begin, $0) }.map { $0 + 1 }
    }

    private static let months: [StaticString] = [
        "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
    ]

    private mutating func setZone(_ number: Int, isWest: Bool) {
        let minutes = number / 100 * 60 + number % 100
        guard number % 100 < 60, minutes < 24 * 60 else { return }
        zoneMinutes = isWest ? -minutes : minutes
        isZoneKnown = !(isWest && minutes == 0)
    }

    /// RFC 5322 §4.3. Military zones, but Z, and unknown names mean that the zone is not known.
    private static let namedZones: [(name: StaticString, hours: Int)] = [
        ("gmt", 0), ("utc", 0), ("ut", 0), ("z", 0), ("edt", -4), ("est", -5), ("cdt", -5), ("cst", -6), ("mdt", -6),
        ("mst", -7), ("pdt", -7), ("pst", -8),
    ]
}
