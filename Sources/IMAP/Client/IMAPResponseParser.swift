internal import MailCore

/// Reads one response (RFC 9051 §7), cut out by `IMAPResponseFramer`. What it does not know it passes over; what is no
/// response at all is an error.
struct IMAPResponseParser {
    private let octets: [UInt8]
    private let limits: IMAPClientLimits
    private var index = 0

    private init(_ octets: [UInt8], _ limits: IMAPClientLimits) {
        self.octets = octets
        self.limits = limits
    }

    /// Reads a response.
    static func parse(
        _ octets: [UInt8], _ limits: IMAPClientLimits
    ) throws(IMAPClientFailure) -> IMAPServerResponse {
        var parser = IMAPResponseParser(octets, limits)
        return try parser.response()
    }

    /// ```
    /// response      = *(continue-req / response-data) response-done
    /// continue-req  = "+" SP (resp-text / base64) CRLF
    /// response-data = "*" SP (resp-cond-state / resp-cond-bye / mailbox-data / message-data / capability-data) CRLF
    /// ```
    private mutating func response() throws(IMAPClientFailure) -> IMAPServerResponse {
        switch peek() {
        case UInt8(ascii: "+"):
            index += 1
            skip(space)
            return .continuation(Array(octets[index...]))
        case UInt8(ascii: "*"):
            index += 1
            try expect(space)
            return try untagged()
        default:
            let tag = take { $0 > 0x20 && $0 < 0x7F }
            guard !tag.isEmpty else { throw .notUnderstood }
            try expect(space)
            let word = word()
            guard let condition = condition(word) else { throw .notUnderstood }
            return .tagged(tag, try status(condition))
        }
    }

    private mutating func untagged() throws(IMAPClientFailure) -> IMAPServerResponse {
        if let first = peek(), first.isDigit { return try numbered() }
        let name = word()
        switch name {
        case "OK", "NO", "BAD": return .status(try status(condition(name) ?? .bad))
        case "BYE": return .bye(try status(.ok))
        case "PREAUTH": return .preauth(try status(.ok))
        case "CAPABILITY": return .capability(try words(limits.capabilitiesMax))
        case "LIST": return .list(try list())
        case "STATUS": return try mailboxStatus()
        case "SEARCH": return .search(try search())
        case "ESEARCH": return try extendedSearch()
        case "VANISHED": return try vanished()
        default: return .other
        }
    }

    /// `number SP "EXISTS"` and its like.
    private mutating func numbered() throws(IMAPClientFailure) -> IMAPServerResponse {
        let number = try number32()
        try expect(space)
        switch word() {
        case "EXISTS": return .exists(number)
        case "EXPUNGE": return .expunged(number)
        case "FETCH":
            try expect(space)
            return .fetch(try fetched(number))
        default: return .other
        }
    }

    // MARK: Status

    private func condition(_ word: String) -> IMAPServerStatus.Condition? {
        switch word {
        case "OK": .ok
        case "NO": .no
        case "BAD": .bad
        default: nil
        }
    }

    /// `resp-text = ["[" resp-text-code "]" SP] text`; a server that leaves the text out is understood.
    private mutating func status(
        _ condition: IMAPServerStatus.Condition
    ) throws(IMAPClientFailure) -> IMAPServerStatus {
        skip(space)
        var code: IMAPServerStatus.Code?
        if peek() == UInt8(ascii: "[") {
            index += 1
            code = try self.code()
            while let octet = peek(), octet != UInt8(ascii: "]") { index += 1 }
            skip(UInt8(ascii: "]"))
            skip(space)
        }
        let text = octets[index...].prefix(200).map { (0x20...0x7E).contains($0) ? $0 : 0x3F }
        return IMAPServerStatus(condition: condition, code: code, text: String(decoding: text, as: UTF8.self))
    }

    private mutating func code() throws(IMAPClientFailure) -> IMAPServerStatus.Code? {
        let name = word(until: [space, UInt8(ascii: "]")])
        switch name {
        case "UIDVALIDITY":
            skip(space)
            return .uidValidity(try number32())
        case "UIDNEXT":
            skip(space)
            return .uidNext(try number32())
        case "HIGHESTMODSEQ":
            skip(space)
            return .highestModSeq(try number64())
        case "CAPABILITY":
            return .capability(try words(limits.capabilitiesMax))
        case "APPENDUID":
            skip(space)
            let validity = try number32()
            skip(space)
            // RFC 3502 has a set here, of several messages; ours is one.
            return .appendUID(validity: validity, uid: try set().first?.lowerBound ?? 0)
        case "COPYUID":
            skip(space)
            let validity = try number32()
            skip(space)
            let from = try set()
            skip(space)
            return .copyUID(validity: validity, from: from, to: try set())
        case "": return nil
        default: return .other(String(name.prefix(40)))
        }
    }

    /// Words parted by single spaces, up to the end or a bracket.
    private mutating func words(_ max: Int) throws(IMAPClientFailure) -> [String] {
        var words: [String] = []
        while peek() == space {
            index += 1
            let word = word(until: [space, UInt8(ascii: "]")])
            guard !word.isEmpty else { continue }
            guard words.count < max else { throw .tooMuch }
            words.append(word)
        }
        return words
    }

    // MARK: Mailboxes

    /// `mailbox-list = "(" [mbx-list-flags] ")" SP (DQUOTE QUOTED-CHAR DQUOTE / nil) SP mailbox [SP mbox-list-extended]`
    private mutating func list() throws(IMAPClientFailure) -> IMAPListedFolder {
        try expect(space)
        let attributes = try flags().map { $0.lowercased() }
        try expect(space)
        let separator = try string()
        try expect(space)
        guard let name = try string(), !name.isEmpty, name.count <= limits.nameOctetsMax,
            !name.contains(where: { $0 < 0x20 || $0 == 0x7F })
        else { throw .notUnderstood }
        return IMAPListedFolder(wireName: name, separator: separator?.first, attributes: Set(attributes))
    }

    /// `"STATUS" SP mailbox SP "(" [status-att-list] ")"`
    private mutating func mailboxStatus() throws(IMAPClientFailure) -> IMAPServerResponse {
        try expect(space)
        var status = IMAPMailboxStatus(name: try string() ?? [])
        try expect(space)
        try expect(UInt8(ascii: "("))
        while let octet = peek(), octet != UInt8(ascii: ")") {
            let name = word(until: [space, UInt8(ascii: ")")])
            guard !name.isEmpty else { throw .notUnderstood }
            try expect(space)
            switch name {
            case "MESSAGES": status.messages = try number32()
            case "UNSEEN": status.unseen = try number32()
            case "UIDNEXT": status.uidNext = try number32()
            case "UIDVALIDITY": status.uidValidity = try number32()
            case "HIGHESTMODSEQ": status.highestModSeq = try number64()
            default: try skipValue(0)
            }
            skip(space)
        }
        return .mailboxStatus(status)
    }

    private mutating func search() throws(IMAPClientFailure) -> [UInt32] {
        var numbers: [UInt32] = []
        while peek() == space {
            index += 1
            // What CONDSTORE adds, `(MODSEQ 917162500)`, ends the numbers; some servers end with a space.
            guard let next = peek(), next.isDigit else { break }
            guard numbers.count < limits.numbersMax else { throw .tooMuch }
            numbers.append(try number32())
        }
        return numbers
    }

    /// `ESEARCH (TAG "A2") UID ALL 4,17:20`, which a server of IMAP4rev2 says in SEARCH's place.
    private mutating func extendedSearch() throws(IMAPClientFailure) -> IMAPServerResponse {
        while peek() == space {
            index += 1
            if peek() == UInt8(ascii: "(") {
                try skipValue(0)
                continue
            }
            guard word(until: [space]) == "ALL" else { continue }
            try expect(space)
            var numbers: [UInt32] = []
            for range in try set() {
                guard numbers.count + range.count <= limits.numbersMax else { throw .tooMuch }
                numbers += range
            }
            return .search(numbers)
        }
        return .search([])
    }

    /// `VANISHED [SP "(EARLIER)"] SP known-uids`
    private mutating func vanished() throws(IMAPClientFailure) -> IMAPServerResponse {
        try expect(space)
        if peek() == UInt8(ascii: "(") {
            try skipValue(0)
            try expect(space)
        }
        return .vanished(try set())
    }

    private mutating func set() throws(IMAPClientFailure) -> [ClosedRange<UInt32>] {
        var ranges: [ClosedRange<UInt32>] = []
        repeat {
            guard ranges.count < limits.numbersMax else { throw .tooMuch }
            let first = try number32()
            var last = first
            if peek() == UInt8(ascii: ":") {
                index += 1
                last = try number32()
            }
            ranges.append(min(first, last)...max(first, last))
        } while skip(UInt8(ascii: ","))
        return ranges
    }

    // MARK: Messages

    /// `msg-att = "(" (msg-att-dynamic / msg-att-static) *(SP …) ")"`
    private mutating func fetched(_ number: UInt32) throws(IMAPClientFailure) -> IMAPFetchedMessage {
        var message = IMAPFetchedMessage(number: number)
        try expect(UInt8(ascii: "("))
        while peek() != UInt8(ascii: ")") {
            let name = attributeName()
            guard !name.isEmpty else { throw .notUnderstood }
            try expect(space)
            switch name {
            case "ENVELOPE": message.envelope = IMAPEnvelope(try value())
            case "BODYSTRUCTURE": message.structure = IMAPBodyStructure(try value())
            case "PREVIEW": message.preview = try string()
            case _ where name.hasPrefix("BODY[HEADER.FIELDS "): message.headerFields = try string()
            case _ where name.hasPrefix("BODY[]<"):
                try skipValue(0)
                message.hasBody = true
            case "UID": message.uid = try number32()
            case "FLAGS": message.flags = try flags()
            case "RFC822.SIZE": message.size = Int64(clamping: try number64())
            case "INTERNALDATE": message.internalDate = try string().flatMap(Self.date)
            case "BODY[]":
                try skipValue(0)
                message.hasBody = true
            default: try skipValue(0)
            }
            skip(space)
        }
        return message
    }

    /// In capitals: `FLAGS`, `BODY[HEADER.FIELDS (REFERENCES)]`.
    private mutating func attributeName() -> String {
        var name = word(until: [space, UInt8(ascii: ")"), UInt8(ascii: "(")])
        guard name.contains("["), !name.contains("]") else { return name }
        name += String(decoding: take { $0 != UInt8(ascii: "]") && $0 >= 0x20 }, as: UTF8.self).uppercased()
        return name + word(until: [space, UInt8(ascii: ")"), UInt8(ascii: "(")])
    }

    /// A structure as it stands.
    private mutating func value() throws(IMAPClientFailure) -> IMAPClientValue {
        var left = limits.valuesMax
        return try value(0, &left)
    }

    private mutating func value(_ depth: Int, _ left: inout Int) throws(IMAPClientFailure) -> IMAPClientValue {
        guard depth < limits.structureDepthMax, left > 0 else { throw .tooMuch }
        left -= 1
        guard skip(UInt8(ascii: "(")) else { return try string().map { .string($0) } ?? .none }
        var values: [IMAPClientValue] = []
        while !skip(UInt8(ascii: ")")) {
            values.append(try value(depth + 1, &left))
            skip(space)
        }
        return .list(values)
    }

    /// `"17-Jul-1996 02:44:25 -0700"` (RFC 9051 `date-time`).
    private static func date(_ octets: [UInt8]) -> Int64? {
        let text = String(decoding: octets, as: UTF8.self)
        let fields = text.split { " -:".contains($0) }.map(String.init)
        guard fields.count >= 6, let day = Int(fields[0]), let year = Int(fields[2]), let hour = Int(fields[3]),
            let minute = Int(fields[4]), let second = Int(fields[5]), let zone = text.split(separator: " ").last,
            zone.count == 5, let offset = Int(zone.dropFirst()),
            let month = months.firstIndex(of: fields[1].lowercased()), (1...31).contains(day),
            (1900...9999).contains(year), (0...23).contains(hour), (0...59).contains(minute), (0...60).contains(second)
        else { return nil }
        let zoneSeconds = (offset / 100 * 60 + offset % 100) * 60 * (zone.hasPrefix("-") ? -1 : 1)
        return Int64(days(year, month + 1, day) * 86_400 + hour * 3600 + minute * 60 + second - zoneSeconds)
    }

    private static let months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]

    /// Days since 1970 in the Gregorian calendar.
    private static func days(_ year: Int, _ month: Int, _ day: Int) -> Int {
        let shifted = month <= 2 ? year - 1 : year
        let era = shifted / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    // MARK: Pieces

    private let space = UInt8(ascii: " ")

    private func peek() -> UInt8? { index < octets.count ? octets[index] : nil }

    private mutating func expect(_ octet: UInt8) throws(IMAPClientFailure) {
        guard peek() == octet else { throw .notUnderstood }
        index += 1
    }

    @discardableResult
    private mutating func skip(_ octet: UInt8) -> Bool {
        guard peek() == octet else { return false }
        index += 1
        return true
    }

    private mutating func take(_ isWanted: (UInt8) -> Bool) -> [UInt8] {
        let start = index
        while let octet = peek(), isWanted(octet) { index += 1 }
        return Array(octets[start..<index])
    }

    /// In capitals.
    private mutating func word(until ends: [UInt8] = [UInt8(ascii: " ")]) -> String {
        String(decoding: take { !ends.contains($0) && $0 >= 0x20 }, as: UTF8.self).uppercased()
    }

    private mutating func number64() throws(IMAPClientFailure) -> UInt64 {
        let digits = take { $0.isDigit }
        guard let value = UInt64(String(decoding: digits, as: UTF8.self)) else { throw .notUnderstood }
        return value
    }

    private mutating func number32() throws(IMAPClientFailure) -> UInt32 {
        guard let value = UInt32(exactly: try number64()) else { throw .notUnderstood }
        return value
    }

    /// `"(" [flag *(SP flag)] ")"`
    private mutating func flags() throws(IMAPClientFailure) -> [String] {
        var flags: [String] = []
        try expect(UInt8(ascii: "("))
        while !skip(UInt8(ascii: ")")) {
            let flag = take { $0 > 0x20 && $0 != UInt8(ascii: ")") && $0 != UInt8(ascii: "(") }
            guard !flag.isEmpty else { throw .notUnderstood }
            guard flags.count < limits.flagsMax else { throw .tooMuch }
            flags.append(String(decoding: flag, as: UTF8.self))
            skip(space)
        }
        return flags
    }

    /// An atom, a quoted string or a literal; nil for NIL.
    private mutating func string() throws(IMAPClientFailure) -> [UInt8]? {
        switch peek() {
        case UInt8(ascii: "\""):
            index += 1
            var text: [UInt8] = []
            while let octet = peek(), octet != UInt8(ascii: "\"") {
                index += 1
                guard octet == UInt8(ascii: "\\") else {
                    text.append(octet)
                    continue
                }
                guard let escaped = peek() else { throw .notUnderstood }
                text.append(escaped)
                index += 1
            }
            try expect(UInt8(ascii: "\""))
            return text
        case UInt8(ascii: "{"), UInt8(ascii: "~"):
            return try literal()
        default:
            let atom = take { $0 > 0x20 && $0 != UInt8(ascii: "(") && $0 != UInt8(ascii: ")") }
            guard !atom.isEmpty else { throw .notUnderstood }
            return String(decoding: atom, as: UTF8.self).uppercased() == "NIL" ? nil : atom
        }
    }

    private mutating func literal() throws(IMAPClientFailure) -> [UInt8] {
        skip(UInt8(ascii: "~"))
        try expect(UInt8(ascii: "{"))
        let count = try number64()
        skip(UInt8(ascii: "+"))
        try expect(UInt8(ascii: "}"))
        try expect(0x0D)
        try expect(0x0A)
        guard count <= UInt64(octets.count - index) else { throw .notUnderstood }
        defer { index += Int(count) }
        return Array(octets[index..<index + Int(count)])
    }

    /// Anything in parentheses, a string or an atom.
    private mutating func skipValue(_ depth: Int) throws(IMAPClientFailure) {
        guard depth < limits.depthMax else { throw .tooMuch }
        guard skip(UInt8(ascii: "(")) else {
            _ = try string()
            return
        }
        while !skip(UInt8(ascii: ")")) {
            try skipValue(depth + 1)
            skip(space)
        }
    }
}
