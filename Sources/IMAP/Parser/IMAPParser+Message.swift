internal import MailCore

/// Numbers, flags and dates of messages.
extension IMAPParser {
    /// `sequence-set = (seq-number / seq-range) ["," sequence-set] / "$"`
    ///
    ///     seq-range  = seq-number ":" seq-number
    ///     seq-number = nz-number / "*"
    mutating func sequenceSet() throws(IMAPSyntaxError) -> SequenceSet {
        if offers(.searchResult), take(UInt8(ascii: "$")) { return .savedResult }
        var ranges: [SequenceSet.SequenceRange] = []
        repeat {
            let from = try sequenceBound()
            let to = take(UInt8(ascii: ":")) ? try sequenceBound() : from
            ranges.append(SequenceSet.SequenceRange(from, to))
        } while take(UInt8(ascii: ","))
        return .ranges(ranges)
    }

    /// `seq-number = nz-number / "*"`
    mutating func sequenceBound() throws(IMAPSyntaxError) -> SequenceSet.Bound {
        take(UInt8(ascii: "*")) ? .largest : .number(try nonZeroNumber())
    }

    /// `known-uids = sequence-set`, `*` and `$` not allowed (RFC 7162 §7)
    mutating func knownSet() throws(IMAPSyntaxError) -> SequenceSet {
        let set = try sequenceSet()
        guard case .ranges(let ranges) = set, ranges.allSatisfy({ $0.from != .largest && $0.to != .largest }) else {
            throw .invalidArgument
        }
        return set
    }

    /// `flag-list = "(" [flag *(SP flag)] ")"`
    mutating func flagList() throws(IMAPSyntaxError) -> FlagList {
        var flags = FlagList()
        _ = try listOrNothing { (parser) throws(IMAPSyntaxError) in try parser.flag(into: &flags) }
        return flags
    }

    /// `store-att-flags`' flags: `(flag-list / (flag *(SP flag)))`
    mutating func storeFlags() throws(IMAPSyntaxError) -> FlagList {
        guard peek != UInt8(ascii: "(") else { return try flagList() }
        var flags = FlagList()
        var count = 0
        repeat {
            guard count < limits.listItemsMax else { throw .tooManyItems }
            try flag(into: &flags)
            count += 1
        } while take(UInt8(ascii: " "))
        return flags
    }

    /// `flag = "\Answered" / "\Flagged" / "\Deleted" / "\Seen" / "\Draft" / flag-keyword / flag-extension`
    ///
    /// There are no flag-extensions; `\Recent` is the server's alone.
    private mutating func flag(into flags: inout FlagList) throws(IMAPSyntaxError) {
        if take(UInt8(ascii: "\\")) {
            let name = [UInt8(ascii: "\\")] + (try atom())
            guard let known = SystemFlags.names.first(where: { name.isKeyword($0.name) }) else {
                throw .bad("Not a flag that can be set")
            }
            flags.system.insert(known.flag)
        } else {
            let keyword = try keyword()
            if !flags.keywords.contains(keyword) { flags.keywords.append(keyword) }
        }
    }

    /// `flag-keyword = "$MDNSent" / "$Forwarded" / "$Junk" / "$NotJunk" / "$Phishing" / atom`
    mutating func keyword() throws(IMAPSyntaxError) -> Keyword {
        guard let keyword = Keyword(String(decoding: try atom(), as: UTF8.self)) else {
            throw .no("Keyword too long", code: .limit)
        }
        return keyword
    }

    /// `date = date-text / DQUOTE date-text DQUOTE`, `date-text = date-day "-" date-month "-" date-year`
    mutating func date() throws(IMAPSyntaxError) -> CalendarDate {
        let isQuoted = take(UInt8(ascii: "\""))
        let day = take(while: \.isDigit)
        guard (1...2).contains(day.count) else { throw .bad("Invalid date") }
        let date = try restOfDate(day: day)
        if isQuoted { try expect(UInt8(ascii: "\"")) }
        return date
    }

    /// `date-time = DQUOTE date-day-fixed "-" date-month "-" date-year SP time SP zone DQUOTE`
    ///
    ///     date-day-fixed = (SP DIGIT) / 2DIGIT
    ///     time           = 2DIGIT ":" 2DIGIT ":" 2DIGIT
    ///     zone           = ("+" / "-") 4DIGIT
    mutating func dateTime() throws(IMAPSyntaxError) -> InternalDate {
        try expect(UInt8(ascii: "\""))
        let length = take(UInt8(ascii: " ")) ? 1 : 2
        let day = take(while: \.isDigit)
        guard day.count == length else { throw .bad("Invalid date") }
        let date = try restOfDate(day: day)
        try space()
        let hours = try twoDigits(max: 23)
        try expect(UInt8(ascii: ":"))
        let minutes = try twoDigits(max: 59)
        try expect(UInt8(ascii: ":"))
        let seconds = try twoDigits(max: 60)
        try space()
        let isWest = take(UInt8(ascii: "-"))
        if !isWest { try expect(UInt8(ascii: "+")) }
        let zone = try twoDigits(max: 99) * 60 + (try twoDigits(max: 59))
        try expect(UInt8(ascii: "\""))
        let zoneMinutes = isWest ? -zone : zone
        let local = date.daysSince1970 * 86_400 + Int64(hours * 3_600 + minutes * 60 + seconds)
        return InternalDate(secondsSince1970: local - Int64(zoneMinutes * 60), zoneMinutes: zoneMinutes)
    }

    /// `"-" date-month "-" date-year`
    private mutating func restOfDate(day: ArraySlice<UInt8>) throws(IMAPSyntaxError) -> CalendarDate {
        try expect(UInt8(ascii: "-"))
        guard let name = take(count: 3), let month = CalendarDate.monthNames.firstIndex(where: { name.isKeyword($0) })
        else { throw .bad("Invalid month") }
        try expect(UInt8(ascii: "-"))
        let year = take(while: \.isDigit)
        let numbers = [day, year].map { $0.reduce(0) { min($0, 100_000) * 10 + Int($1 - 0x30) } }
        guard year.count == 4, let date = CalendarDate(year: numbers[1], month: month + 1, day: numbers[0]) else {
            throw .bad("Invalid date")
        }
        return date
    }

    /// `2DIGIT`
    private mutating func twoDigits(max: Int) throws(IMAPSyntaxError) -> Int {
        guard let digits = take(count: 2), digits.allSatisfy(\.isDigit) else { throw .bad("Invalid time") }
        let value = digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
        guard value <= max else { throw .bad("Invalid time") }
        return value
    }
}
