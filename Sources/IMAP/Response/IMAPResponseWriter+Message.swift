package import MailCore
package import NIOCore

/// Responses about messages (RFC 9051 §7.5): `* 2 EXPUNGE`, `* 2 FETCH (…)`.
///
/// FETCH is written item by item: `beginFetch`, any of the items, `endFetch`.
extension IMAPResponseWriter {
    // MARK: The mailbox's size

    /// `* 23 EXISTS`
    package mutating func exists(_ count: UInt32) { numbered(count, " EXISTS\r\n") }

    /// `* 5 RECENT`, which IMAP4rev1 alone knows; nothing in another dialect.
    package mutating func recent(_ count: UInt32) {
        guard dialect.tellsRecent else { return }
        numbered(count, " RECENT\r\n")
    }

    /// `* 44 EXPUNGE`: the messages behind it have moved up.
    package mutating func expunge(_ message: SequenceNumber) { numbered(message.rawValue, " EXPUNGE\r\n") }

    /// `* VANISHED 41,43:116`; nothing for no messages.
    package mutating func vanished(_ uids: UIDSet) {
        guard !uids.isEmpty else { return }
        raw("* VANISHED ")
        ranges(uids.ranges)
        endLine()
    }

    /// `* VANISHED (EARLIER) 41,43:116`: expunged before the client asked; nothing for no messages.
    package mutating func vanishedEarlier(_ uids: UIDSet) {
        guard !uids.isEmpty else { return }
        raw("* VANISHED (EARLIER) ")
        ranges(uids.ranges)
        endLine()
    }

    private mutating func numbered(_ count: UInt32, _ name: StaticString) {
        raw("* ")
        number(count)
        raw(name)
    }

    // MARK: FETCH

    /// `* 23 FETCH (`, or `* 4827 UIDFETCH (` where there are no sequence numbers (RFC 9586 §3).
    package mutating func beginFetch(_ message: SequenceNumber, _ uid: UID) -> FetchItems {
        raw("* ")
        number(dialect.namesByUID ? uid.rawValue : message.rawValue)
        raw(dialect.namesByUID ? " UIDFETCH (" : " FETCH (")
        return FetchItems()
    }

    /// `)`
    package mutating func endFetch(_ items: FetchItems) { raw(")\r\n") }

    /// Whether an item was written already, for the space before the next.
    package struct FetchItems: Sendable {
        /// Whether nothing was written yet: a response without items is none.
        package fileprivate(set) var isEmpty = true
    }

    private mutating func item(_ name: StaticString, _ items: inout FetchItems) {
        if !items.isEmpty { space() }
        items.isEmpty = false
        raw(name)
    }

    /// `UID 4827313`
    package mutating func fetchUID(_ uid: UID, _ items: inout FetchItems) {
        item("UID ", &items)
        number(uid.rawValue)
    }

    /// `FLAGS (\Seen $Forwarded)`; `\Recent` where the dialect has it.
    package mutating func fetchFlags(_ flags: FlagList, _ recency: Recency, _ items: inout FetchItems) {
        item("FLAGS ", &items)
        flagList(flags, extra: recency == .recent && dialect.tellsRecent ? "\\Recent" : nil)
    }

    /// The same, from what the store keeps: keywords separated by single spaces.
    package mutating func fetchFlags(
        _ flags: SystemFlags, keywords: UnsafeRawBufferPointer, _ recency: Recency, _ items: inout FetchItems
    ) {
        item("FLAGS (", &items)
        var isFirst = true
        if !flags.isEmpty {
            for (flag, name) in SystemFlags.names where flags.contains(flag) {
                if !isFirst { space() }
                isFirst = false
                raw(name)
            }
        }
        if !keywords.isEmpty {
            if !isFirst { space() }
            isFirst = false
            raw(keywords)
        }
        if recency == .recent, dialect.tellsRecent {
            if !isFirst { space() }
            raw("\\Recent")
        }
        raw(UInt8(ascii: ")"))
    }

    /// `INTERNALDATE "17-Jul-1996 02:44:25 -0700"`
    package mutating func fetchInternalDate(_ date: InternalDate, _ items: inout FetchItems) {
        item("INTERNALDATE ", &items)
        dateTime(date)
    }

    /// `RFC822.SIZE 44827`
    package mutating func fetchSize(_ octets: UInt64, _ items: inout FetchItems) {
        item("RFC822.SIZE ", &items)
        number(octets)
    }

    /// `ENVELOPE (…)`, from what the store keeps ready.
    package mutating func fetchEnvelope(_ ready: UnsafeRawBufferPointer, _ items: inout FetchItems) {
        item("ENVELOPE ", &items)
        raw(ready)
    }

    /// `BODYSTRUCTURE (…)`, from what the store keeps ready.
    package mutating func fetchBodyStructure(_ ready: UnsafeRawBufferPointer, _ items: inout FetchItems) {
        item("BODYSTRUCTURE ", &items)
        raw(ready)
    }

    /// `BODY (…)`, from what the store keeps ready.
    package mutating func fetchBody(_ ready: UnsafeRawBufferPointer, _ items: inout FetchItems) {
        item("BODY ", &items)
        raw(ready)
    }

    /// `MODSEQ (12121231000)` (RFC 7162 §7)
    package mutating func fetchModSeq(_ modSeq: ModSeq, _ items: inout FetchItems) {
        item("MODSEQ (", &items)
        number(UInt64(clamping: modSeq.rawValue))
        raw(UInt8(ascii: ")"))
    }

    /// `EMAILID (M6d99ac3275bb4e)` (RFC 8474 §7)
    package mutating func fetchEmailID(_ id: String, _ items: inout FetchItems) {
        item("EMAILID (", &items)
        raw(id)
        raw(UInt8(ascii: ")"))
    }

    /// `THREADID (T64b478a75b7ea9)`, or `NIL` (RFC 8474 §7)
    package mutating func fetchThreadID(_ id: String?, _ items: inout FetchItems) {
        item("THREADID ", &items)
        guard let id else { return raw("NIL") }
        raw(UInt8(ascii: "("))
        raw(id)
        raw(UInt8(ascii: ")"))
    }

    /// `SAVEDATE "21-May-2018 09:00:00 +0000"`, or `NIL` (RFC 8514 §5)
    package mutating func fetchSaveDate(_ date: InternalDate?, _ items: inout FetchItems) {
        item("SAVEDATE ", &items)
        if let date { dateTime(date) } else { raw("NIL") }
    }

    /// `PREVIEW "…"`, or `NIL` where there is none yet (RFC 8970 §3.2)
    package mutating func fetchPreview(_ preview: String?, _ items: inout FetchItems) {
        item("PREVIEW ", &items)
        nstring(preview)
    }

    /// The same, from the octets that the store keeps.
    package mutating func fetchPreview(_ preview: UnsafeRawBufferPointer, _ items: inout FetchItems) {
        item("PREVIEW ", &items)
        string(preview)
    }

    /// `BODY[1.2]<0> {2048}`, with as many octets to follow by `write`; `origin` where the client asked for a range.
    package mutating func fetchSection(
        _ fetch: SectionFetch, octets: UInt64, content: LiteralContent, _ items: inout FetchItems
    ) {
        sectionName(fetch, &items)
        if content == .binary { raw(UInt8(ascii: "~")) }
        literalHeader(octets: octets)
    }

    /// `BODY[9] NIL`: there is no such part.
    package mutating func fetchNoSection(_ fetch: SectionFetch, _ items: inout FetchItems) {
        sectionName(fetch, &items)
        raw("NIL")
    }

    /// `BINARY[1]<0> ~{2048}` or `{2048}` where no NUL is in it, with as many octets to follow by `write`
    package mutating func fetchBinary(
        _ fetch: BinaryFetch, octets: UInt64, content: LiteralContent, _ items: inout FetchItems
    ) {
        binaryName(fetch, &items)
        if content == .binary { raw(UInt8(ascii: "~")) }
        literalHeader(octets: octets)
    }

    /// `BINARY[9] NIL`
    package mutating func fetchNoBinary(_ fetch: BinaryFetch, _ items: inout FetchItems) {
        binaryName(fetch, &items)
        raw("NIL")
    }

    /// `BINARY.SIZE[1] 2048`: octets of the part decoded
    package mutating func fetchBinarySize(_ part: PartPath, octets: UInt64, _ items: inout FetchItems) {
        item("BINARY.SIZE[", &items)
        path(part)
        raw("] ")
        number(octets)
    }

    /// Octets of a literal whose size was written.
    package mutating func write(_ octets: ByteBuffer) { raw(octets) }

    /// Octets of a literal whose size was written.
    package mutating func write(_ octets: UnsafeRawBufferPointer) { raw(octets) }

    // MARK: Their pieces

    private mutating func sectionName(_ fetch: SectionFetch, _ items: inout FetchItems) {
        switch fetch.name {
        case .rfc822: item("RFC822", &items)
        case .rfc822Header: item("RFC822.HEADER", &items)
        case .rfc822Text: item("RFC822.TEXT", &items)
        case .body:
            item("BODY[", &items)
            section(fetch.section)
            raw(UInt8(ascii: "]"))
            origin(fetch.range)
        }
        space()
    }

    private mutating func binaryName(_ fetch: BinaryFetch, _ items: inout FetchItems) {
        item("BINARY[", &items)
        path(fetch.part)
        raw(UInt8(ascii: "]"))
        origin(fetch.range)
        space()
    }

    /// `section-spec`, as asked
    private mutating func section(_ section: SectionSpecification) {
        path(section.part)
        guard section.text != .all else { return }
        if !section.part.isWhole { raw(UInt8(ascii: ".")) }
        switch section.text {
        case .all: break
        case .header: raw("HEADER")
        case .text: raw("TEXT")
        case .mime: raw("MIME")
        case .headerFields(let names):
            raw("HEADER.FIELDS (")
            fieldNames(names)
        case .headerFieldsNot(let names):
            raw("HEADER.FIELDS.NOT (")
            fieldNames(names)
        }
    }

    private mutating func fieldNames(_ names: [String]) {
        for (position, name) in names.enumerated() {
            if position > 0 { space() }
            astring(name)
        }
        raw(UInt8(ascii: ")"))
    }

    private mutating func path(_ part: PartPath) {
        for (position, value) in part.numbers.enumerated() {
            if position > 0 { raw(UInt8(ascii: ".")) }
            number(value)
        }
    }

    /// `"<" number64 ">"`: where a range begins
    private mutating func origin(_ range: OctetRange?) {
        guard let range else { return }
        raw(UInt8(ascii: "<"))
        number(range.offset)
        raw(UInt8(ascii: ">"))
    }

    /// `"(" [flag *(SP flag)] ")"`
    mutating func flagList(_ flags: FlagList, extra: StaticString?) {
        raw(UInt8(ascii: "("))
        var isFirst = true
        func separator(_ writer: inout IMAPResponseWriter) {
            if !isFirst { writer.space() }
            isFirst = false
        }
        if !flags.system.isEmpty {
            for (flag, name) in SystemFlags.names where flags.system.contains(flag) {
                separator(&self)
                raw(name)
            }
        }
        for keyword in flags.keywords {
            separator(&self)
            raw(keyword.text)
        }
        if let extra {
            separator(&self)
            raw(extra)
        }
        raw(UInt8(ascii: ")"))
    }

    /// `date-time`; an instant beyond the calendar of four digits is written as its nearest day.
    private mutating func dateTime(_ date: InternalDate) {
        let zone = min(max(date.zoneMinutes, -5_999), 5_999)
        // Within the years 0 to 9999.
        let local = min(max(date.secondsSince1970, -62_167_132_800), 253_402_214_400) + Int64(zone * 60)
        let (days, seconds) = local.flooredDivision(by: 86_400)
        guard let day = CalendarDate(daysSince1970: days) else { return raw("\"01-Jan-1970 00:00:00 +0000\"") }
        raw(UInt8(ascii: "\""))
        twoDigits(day.day)
        raw(UInt8(ascii: "-"))
        raw(CalendarDate.monthNames[day.month - 1])
        raw(UInt8(ascii: "-"))
        twoDigits(day.year / 100)
        twoDigits(day.year % 100)
        space()
        twoDigits(Int(seconds) / 3_600)
        raw(UInt8(ascii: ":"))
        twoDigits(Int(seconds) / 60 % 60)
        raw(UInt8(ascii: ":"))
        twoDigits(Int(seconds) % 60)
        space()
        raw(zone < 0 ? UInt8(ascii: "-") : UInt8(ascii: "+"))
        twoDigits(abs(zone) / 60)
        twoDigits(abs(zone) % 60)
        raw(UInt8(ascii: "\""))
    }

    private mutating func twoDigits(_ value: Int) {
        raw(0x30 + UInt8(truncatingIfNeeded: value / 10 % 10))
        raw(0x30 + UInt8(truncatingIfNeeded: value % 10))
    }
}

/// Whether this session is the first to be told of a message (RFC 3501 §2.3.2).
package enum Recency: Hashable, Sendable {
    case recent
    case old
}

extension Int64 {
    /// The quotient rounded down, and what is left, never negative.
    fileprivate func flooredDivision(by divisor: Int64) -> (quotient: Int64, remainder: Int64) {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}
