internal import MailCore

/// `search = "SEARCH" [SP "CHARSET" SP charset] SP search-key *(SP search-key)` (RFC 9051 §6.4.4)
extension IMAPCommandLine {
    mutating func addSearch(_ key: SearchKey) {
        // RFC 3501 §6.4.4: without it a literal would be read as ASCII.
        let isPlain = !key.contains { key in
            switch key {
            case .field(_, let text), .header(_, let text), .body(let text), .text(let text):
                !text.text.utf8.allSatisfy { $0 < 0x80 }
            default: false
            }
        }
        add(isPlain ? "UID SEARCH " : "UID SEARCH CHARSET UTF-8 ")
        addKey(key)
    }

    private mutating func addKey(_ key: SearchKey) {
        switch key {
        case .and(let keys):
            add("(")
            for (place, key) in keys.enumerated() {
                if place > 0 { add(" ") }
                addKey(key)
            }
            add(")")
        case .or(let left, let right):
            add("OR ")
            addKey(left)
            add(" ")
            addKey(right)
        case .not(let key):
            add("NOT ")
            addKey(key)
        case .fuzzy(let key): addKey(key)
        case .flagged(let flags): addFlags(flags, "")
        case .unflagged(let flags): addFlags(flags, "UN")
        case .keyword(let keyword): add("KEYWORD \(keyword.text)")
        case .unkeyword(let keyword): add("UNKEYWORD \(keyword.text)")
        case .field, .header, .body, .text: addText(key)
        case .date(let date, let comparison, let day): addDate(date, comparison, day)
        case .larger(let octets): add("LARGER \(octets)")
        case .smaller(let octets): add("SMALLER \(octets)")
        case .older(let seconds): add("OLDER \(seconds)")
        case .younger(let seconds): add("YOUNGER \(seconds)")
        case .uids(let set): add("UID \(Self.text(set))")
        case .sequenceNumbers(let set): add(Self.text(set))
        case .recent: add("RECENT")
        // Nobody who searches by hand asks for these; ALL takes nothing away.
        case .all, .saveDateSupported, .modSeq, .emailID, .threadID: add("ALL")
        }
    }

    private mutating func addFlags(_ flags: SystemFlags, _ prefix: String) {
        let names = SystemFlags.names.filter { flags.contains($0.flag) }
        guard !names.isEmpty else { return add("ALL") }
        add(names.map { "\(prefix)\("\($0.name)".dropFirst().uppercased())" }.joined(separator: " "))
    }

    private mutating func addText(_ key: SearchKey) {
        let text: SearchString
        switch key {
        case .field(let field, let wanted):
            switch field {
            case .bcc: add("BCC ")
            case .cc: add("CC ")
            case .from: add("FROM ")
            case .subject: add("SUBJECT ")
            case .to: add("TO ")
            }
            text = wanted
        case .header(let name, let wanted):
            add("HEADER ")
            addString(name)
            add(" ")
            text = wanted
        case .body(let wanted):
            add("BODY ")
            text = wanted
        case .text(let wanted):
            add("TEXT ")
            text = wanted
        default: return
        }
        addString(text.text)
    }

    private mutating func addDate(_ date: SearchDate, _ comparison: DateComparison, _ day: CalendarDate) {
        let prefix =
            switch date {
            case .received: ""
            case .sent: "SENT"
            case .saved: "SAVED"
            }
        let word =
            switch comparison {
            case .before: "BEFORE"
            case .on: "ON"
            case .since: "SINCE"
            }
        let year = String(day.year)
        let padded = String(repeating: "0", count: max(0, 4 - year.count)) + year
        add("\(prefix)\(word) \(day.day)-\(CalendarDate.monthNames[day.month - 1])-\(padded)")
    }

    private static func text(_ set: SequenceSet) -> String {
        guard case .ranges(let ranges) = set else { return "$" }
        return ranges.map { range in
            range.from == range.to ? text(range.from) : "\(text(range.from)):\(text(range.to))"
        }.joined(separator: ",")
    }

    private static func text(_ bound: SequenceSet.Bound) -> String {
        switch bound {
        case .number(let number): "\(number)"
        case .largest: "*"
        }
    }
}
