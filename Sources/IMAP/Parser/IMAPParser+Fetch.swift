internal import MailCore

/// FETCH and STORE.
extension IMAPParser {
    /// `fetch = "FETCH" SP sequence-set SP ("ALL" / "FULL" / "FAST" / fetch-att / "(" fetch-att *(SP fetch-att) ")")`
    /// `[fetch-modifiers]`, `fetch-modifiers = SP "(" fetch-modifier *(SP fetch-modifier) ")"` (RFC 4466 §3)
    mutating func fetch(_ numbering: MessageNumbering) throws(IMAPSyntaxError) -> IMAPCommand {
        try space()
        let messages = try sequenceSet()
        try space()
        let attributes = try fetchAttributes()
        var modifiers = FetchModifiers()
        if take(UInt8(ascii: " ")), !isAtEnd {
            _ = try list { (parser) throws(IMAPSyntaxError) in try parser.fetchModifier(into: &modifiers) }
        }
        if modifiers.expunged == .vanishedEarlier {
            guard numbering == .uids, modifiers.changedSince != nil else { throw .bad("VANISHED is not for this") }
        }
        return .fetch(
            FetchRequest(
                numbering: numbering, messages: messages, attributes: attributes, changedSince: modifiers.changedSince,
                expunged: modifiers.expunged, partial: modifiers.partial))
    }

    private struct FetchModifiers {
        var changedSince: ModSeq?
        var expunged = FetchRequest.ExpungedReport.none
        var partial: PartialRange?
    }

    /// `fetch-modifier =/ "CHANGEDSINCE" SP mod-sequence-value / "VANISHED"` (RFC 7162 §7), `/ modifier-partial`
    private mutating func fetchModifier(into modifiers: inout FetchModifiers) throws(IMAPSyntaxError) {
        switch try word() {
        case "CHANGEDSINCE" where offers(.condstore) && modifiers.changedSince == nil:
            try space()
            modifiers.changedSince = try modSeq()
        case "VANISHED" where offers(.qresync) && grammar.enabled.contains(.qresync):
            modifiers.expunged = .vanishedEarlier
        case "PARTIAL" where offers(.partial) && modifiers.partial == nil:
            try space()
            modifiers.partial = try partialRange()
        default: throw .bad("Unknown FETCH modifier")
        }
    }

    /// `partial-range = partial-range-first / partial-range-last` (RFC 9394 §4)
    ///
    ///     partial-range-first = nz-number ":" nz-number
    ///     partial-range-last  = "-" nz-number ":" "-" nz-number
    mutating func partialRange() throws(IMAPSyntaxError) -> PartialRange {
        let fromNewest = take(UInt8(ascii: "-"))
        let first = try nonZeroNumber()
        try expect(UInt8(ascii: ":"))
        if fromNewest { try expect(UInt8(ascii: "-")) }
        return PartialRange(fromNewest ? .fromNewest : .fromOldest, first, try nonZeroNumber())
    }

    /// The macros (RFC 9051 §6.4.5), one attribute, or a list.
    mutating func fetchAttributes() throws(IMAPSyntaxError) -> [FetchAttribute] {
        if peek == UInt8(ascii: "(") { return try fetchAttributeList() }
        if take(word: "ALL") { return [.flags, .internalDate, .size, .envelope] }
        if take(word: "FAST") { return [.flags, .internalDate, .size] }
        if take(word: "FULL") { return [.flags, .internalDate, .size, .envelope, .body] }
        return [try fetchAttribute()]
    }

    /// `"(" fetch-att *(SP fetch-att) ")"`
    mutating func fetchAttributeList() throws(IMAPSyntaxError) -> [FetchAttribute] {
        try list { (parser) throws(IMAPSyntaxError) in try parser.fetchAttribute() }
    }

    /// `fetch-att`, with those of RFC 3501, RFC 7162, RFC 8474, RFC 8514 and RFC 8970
    private mutating func fetchAttribute() throws(IMAPSyntaxError) -> FetchAttribute {
        switch try word() {
        case "ENVELOPE": return .envelope
        case "FLAGS": return .flags
        case "INTERNALDATE": return .internalDate
        case "RFC822.SIZE": return .size
        case "BODYSTRUCTURE": return .bodyStructure
        case "UID": return .uid
        case "BODY":
            guard peek == UInt8(ascii: "[") else { return .body }
            return try section(effect: .sets)
        case "BODY.PEEK": return try section(effect: .leaves)
        case "RFC822":
            return .section(SectionFetch(name: .rfc822, section: SectionSpecification()))
        case "RFC822.HEADER":
            let header = SectionSpecification(text: .header)
            return .section(SectionFetch(name: .rfc822Header, section: header, effect: .leaves))
        case "RFC822.TEXT":
            return .section(SectionFetch(name: .rfc822Text, section: SectionSpecification(text: .text)))
        case "BINARY" where offers(.binary): return try binary(effect: .sets)
        case "BINARY.PEEK" where offers(.binary): return try binary(effect: .leaves)
        case "BINARY.SIZE" where offers(.binary): return .binarySize(try binarySection())
        case "MODSEQ" where offers(.condstore): return .modSeq
        case "EMAILID" where offers(.objectID): return .emailID
        case "THREADID" where offers(.objectID): return .threadID
        case "SAVEDATE" where offers(.saveDate): return .saveDate
        case "PREVIEW" where offers(.preview): return .preview(try previewModifier())
        default: throw .bad("Unknown FETCH attribute")
        }
    }

    /// `"BODY" [".PEEK"] section [partial]`, `section = "[" [section-spec] "]"`
    private mutating func section(effect: SeenEffect) throws(IMAPSyntaxError) -> FetchAttribute {
        try expect(UInt8(ascii: "["))
        let section = try sectionSpecification()
        try expect(UInt8(ascii: "]"))
        return .section(SectionFetch(section: section, effect: effect, range: try octetRange()))
    }

    /// `section-spec = section-msgtext / (section-part ["." section-text])`
    ///
    ///     section-msgtext = "HEADER" / "HEADER.FIELDS" [".NOT"] SP header-list / "TEXT"
    ///     section-text    = section-msgtext / "MIME"
    mutating func sectionSpecification() throws(IMAPSyntaxError) -> SectionSpecification {
        guard let next = peek, next != UInt8(ascii: "]") else { return SectionSpecification() }
        var part = PartPath()
        if next.isDigit {
            let (path, hasText) = try partPath()
            guard hasText else { return SectionSpecification(part: path) }
            part = path
        }
        switch try word() {
        case "HEADER": return SectionSpecification(part: part, text: .header)
        case "TEXT": return SectionSpecification(part: part, text: .text)
        case "MIME" where !part.isWhole: return SectionSpecification(part: part, text: .mime)
        case "HEADER.FIELDS": return SectionSpecification(part: part, text: .headerFields(try headerList()))
        case "HEADER.FIELDS.NOT": return SectionSpecification(part: part, text: .headerFieldsNot(try headerList()))
        default: throw .bad("Invalid section")
        }
    }

    /// `section-part = nz-number *("." nz-number)`, and whether a `.` with a text's name follows
    private mutating func partPath() throws(IMAPSyntaxError) -> (PartPath, hasText: Bool) {
        var numbers = [try nonZeroNumber()]
        while take(UInt8(ascii: ".")) {
            guard let next = peek, next.isDigit else { return (PartPath(numbers), true) }
            guard numbers.count < limits.sectionDepthMax else { throw .bad("Section too deep") }
            numbers.append(try nonZeroNumber())
        }
        return (PartPath(numbers), false)
    }

    /// `header-list = "(" header-fld-name *(SP header-fld-name) ")"`, `header-fld-name = astring`
    private mutating func headerList() throws(IMAPSyntaxError) -> [String] {
        try space()
        return try list { (parser) throws(IMAPSyntaxError) in
            let name = try parser.text()
            // What can be no field's name would have to be written back all the same: nothing but printable ASCII.
            guard !name.isEmpty, name.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: ":") }) else {
                throw .bad("Invalid field name")
            }
            return name
        }
    }

    /// `"BINARY" [".PEEK"] section-binary [partial]`
    private mutating func binary(effect: SeenEffect) throws(IMAPSyntaxError) -> FetchAttribute {
        .binary(BinaryFetch(part: try binarySection(), effect: effect, range: try octetRange()))
    }

    /// `section-binary = "[" [section-part] "]"`
    private mutating func binarySection() throws(IMAPSyntaxError) -> PartPath {
        try expect(UInt8(ascii: "["))
        var path = PartPath()
        if peek != UInt8(ascii: "]") {
            let (numbers, hasText) = try partPath()
            guard !hasText else { throw .bad("Invalid section") }
            path = numbers
        }
        try expect(UInt8(ascii: "]"))
        return path
    }

    /// `partial = "<" number64 "." nz-number64 ">"`
    private mutating func octetRange() throws(IMAPSyntaxError) -> OctetRange? {
        guard take(UInt8(ascii: "<")) else { return nil }
        let offset = try number64()
        try expect(UInt8(ascii: "."))
        let octetsMax = try number64()
        guard octetsMax > 0 else { throw .bad("Zero where a number is due") }
        try expect(UInt8(ascii: ">"))
        return OctetRange(offset: offset, octetsMax: octetsMax)
    }

    /// `"PREVIEW" [SP "(" preview-mod *(SP preview-mod) ")"]`, `preview-mod = "LAZY"` (RFC 8970 §6)
    private mutating func previewModifier() throws(IMAPSyntaxError) -> PreviewModifier {
        // A space may also come before the next attribute: only a parenthesis makes it ours.
        guard peek == UInt8(ascii: " "), follows(UInt8(ascii: "(")) else { return .now }
        // After the last attribute outside of a list, this would be FETCH's modifiers.
        let rest = octets[(index + 2)...].prefix { $0.isAtomOctet }
        guard rest.isKeyword("LAZY") else { return .now }
        try space()
        _ = try list { (parser) throws(IMAPSyntaxError) in
            guard parser.take(word: "LAZY") else { throw .bad("Unknown PREVIEW modifier") }
        }
        return .lazy
    }

    /// `store = "STORE" SP sequence-set [store-modifiers] SP store-att-flags` (RFC 4466 §3)
    ///
    ///     store-modifiers = SP "(" store-modifier *(SP store-modifier) ")"
    ///     store-modifier  =/ "UNCHANGEDSINCE" SP mod-sequence-valzer           (RFC 7162 §7)
    ///     store-att-flags = (["+" / "-"] "FLAGS" [".SILENT"]) SP (flag-list / (flag *(SP flag)))
    mutating func store(_ numbering: MessageNumbering) throws(IMAPSyntaxError) -> IMAPCommand {
        try space()
        let messages = try sequenceSet()
        try space()
        var unchangedSince: ModSeq?
        if peek == UInt8(ascii: "(") {
            _ = try list { (parser) throws(IMAPSyntaxError) in
                guard parser.offers(.condstore), unchangedSince == nil, parser.take(word: "UNCHANGEDSINCE") else {
                    throw .bad("Unknown STORE modifier")
                }
                try parser.space()
                unchangedSince = try parser.modSeqOrZero()
            }
            try space()
        }
        let change: StoreRequest.Change =
            take(UInt8(ascii: "+")) ? .add : take(UInt8(ascii: "-")) ? .remove : .replace
        let report: StoreRequest.Report
        switch try word() {
        case "FLAGS": report = .flags
        case "FLAGS.SILENT": report = .silent
        default: throw .bad("Unknown STORE item")
        }
        try space()
        return .store(
            StoreRequest(
                numbering: numbering, messages: messages, unchangedSince: unchangedSince, change: change,
                flags: try storeFlags(), report: report))
    }

    /// `sequence-set SP mailbox`: COPY's and MOVE's arguments
    mutating func copy(_ numbering: MessageNumbering) throws(IMAPSyntaxError) -> CopyRequest {
        try space()
        let messages = try sequenceSet()
        try space()
        return CopyRequest(numbering: numbering, messages: messages, destination: try mailbox())
    }
}
