internal import MailCore

/// SEARCH, SORT, THREAD, ESEARCH and what goes with them.
extension IMAPParser {
    /// `search = "SEARCH" [search-return-opts] SP search-program` (RFC 4466 §3)
    mutating func search(_ numbering: MessageNumbering) throws(IMAPSyntaxError) -> IMAPCommand {
        try space()
        let returning = try searchReturnOptions()
        return .search(SearchRequest(numbering: numbering, returning: returning, key: try searchProgram()))
    }

    /// `search-program = ["CHARSET" SP charset SP] search-key *(SP search-key)`
    mutating func searchProgram() throws(IMAPSyntaxError) -> SearchKey {
        if take(word: "CHARSET") {
            // RFC 6855 §3: no other charset makes sense then.
            guard !grammar.enabled.contains(.utf8Accept) else { throw .bad("CHARSET is not for UTF8=ACCEPT") }
            try space()
            try charset()
            try space()
        }
        return try searchKeys()
    }

    /// `charset = atom / quoted`: those that the RFCs ask for, which UTF-8 is for all
    mutating func charset() throws(IMAPSyntaxError) {
        let name = peek == UInt8(ascii: "\"") ? try quoted() : try astring()
        guard name.isKeyword("UTF-8") || name.isKeyword("US-ASCII") else {
            throw .no("Charset not supported", code: .badCharset)
        }
    }

    /// `search-return-opts = SP "RETURN" SP "(" [search-return-opt *(SP search-return-opt)] ")"`, the space before it
    /// taken and the space behind it, too; nil where there is none
    mutating func searchReturnOptions() throws(IMAPSyntaxError) -> SearchReturnOptions? {
        guard offers(.extendedSearch), take(word: "RETURN") else { return nil }
        try space()
        var options = ReturnOptions()
        _ = try listOrNothing { (parser) throws(IMAPSyntaxError) in try parser.searchReturnOption(into: &options) }
        // RFC 9394 §3.1: PARTIAL and ALL exclude each other.
        if options.partial != nil, options.items.contains(.all) { throw .bad("PARTIAL and ALL exclude each other") }
        try space()
        if options.items.isEmpty, options.partial == nil { options.items = .all }
        return SearchReturnOptions(
            items: options.items, partial: options.partial, updateAttributes: options.updateAttributes)
    }

    private struct ReturnOptions {
        var items: SearchReturnOptions.Items = []
        var partial: PartialRange?
        var updateAttributes: [FetchAttribute] = []
    }

    /// `search-return-opt = "MIN" / "MAX" / "ALL" / "COUNT" / "SAVE"`, `=/ "RELEVANCY"` (RFC 6203 §7),
    /// `=/ modifier-context / modifier-partial / modifier-update` (RFC 5267 §5)
    private mutating func searchReturnOption(into options: inout ReturnOptions) throws(IMAPSyntaxError) {
        switch try word() {
        case "MIN": options.items.insert(.min)
        case "MAX": options.items.insert(.max)
        case "ALL": options.items.insert(.all)
        case "COUNT": options.items.insert(.count)
        case "SAVE" where offers(.searchResult): options.items.insert(.save)
        case "RELEVANCY" where offers(.fuzzySearch): options.items.insert(.relevancy)
        case "CONTEXT" where offers(.contextSearch) || offers(.contextSort): options.items.insert(.context)
        case "UPDATE" where offers(.contextSearch) || offers(.contextSort):
            options.items.insert(.update)
            options.updateAttributes = try updateAttributes()
        case "PARTIAL" where (offers(.partial) || offers(.contextSearch)) && options.partial == nil:
            try space()
            options.partial = try partialRange()
        default: throw .bad("Unknown RETURN option")
        }
    }

    /// `modifier-update = "UPDATE" ["(" fetch-att *(SP fetch-att) ")"]` (RFC 5465 §8); its example has a space
    private mutating func updateAttributes() throws(IMAPSyntaxError) -> [FetchAttribute] {
        if peek == UInt8(ascii: " "), follows(UInt8(ascii: "(")) { try space() }
        guard offers(.notify), peek == UInt8(ascii: "(") else { return [] }
        return try fetchAttributeList()
    }

    /// `sort = ["UID" SP] "SORT" [search-return-opts] SP sort-criteria SP search-criteria` (RFC 5256 §5, RFC 5267 §5)
    ///
    ///     sort-criteria   = "(" sort-criterion *(SP sort-criterion) ")"
    ///     search-criteria = charset 1*(SP search-key)
    mutating func sort(_ numbering: MessageNumbering) throws(IMAPSyntaxError) -> IMAPCommand {
        try space()
        let returning = offers(.extendedSort) ? try searchReturnOptions() : nil
        let criteria = try list { (parser) throws(IMAPSyntaxError) in try parser.sortCriterion() }
        return .sort(
            SortRequest(numbering: numbering, returning: returning, criteria: criteria, key: try searchCriteria()))
    }

    /// `sort-criterion = ["REVERSE" SP] sort-key`
    private mutating func sortCriterion() throws(IMAPSyntaxError) -> SortCriterion {
        let isReversed = take(word: "REVERSE")
        if isReversed { try space() }
        let key: SortCriterion.Key
        switch try word() {
        case "ARRIVAL": key = .arrival
        case "CC": key = .cc
        case "DATE": key = .date
        case "FROM": key = .from
        case "SIZE": key = .size
        case "SUBJECT": key = .subject
        case "TO": key = .to
        case "DISPLAYFROM" where offers(.sortDisplay): key = .displayFrom
        case "DISPLAYTO" where offers(.sortDisplay): key = .displayTo
        case "RELEVANCY" where offers(.fuzzySearch): key = .relevancy
        default: throw .bad("Unknown sort key")
        }
        return SortCriterion(key, isReversed ? .descending : .ascending)
    }

    /// `thread = ["UID" SP] "THREAD" SP thread-alg SP search-criteria` (RFC 5256 §5)
    mutating func thread(_ numbering: MessageNumbering) throws(IMAPSyntaxError) -> IMAPCommand {
        try space()
        let algorithm: ThreadRequest.Algorithm
        switch try word() {
        case "REFERENCES" where offers(.threadReferences): algorithm = .references
        case "ORDEREDSUBJECT" where offers(.threadOrderedSubject): algorithm = .orderedSubject
        default: throw .bad("Unknown threading algorithm")
        }
        return .thread(ThreadRequest(numbering: numbering, algorithm: algorithm, key: try searchCriteria()))
    }

    /// `SP charset 1*(SP search-key)`
    private mutating func searchCriteria() throws(IMAPSyntaxError) -> SearchKey {
        try space()
        try charset()
        try space()
        return try searchKeys()
    }

    /// `esearch = "ESEARCH" [SP esearch-source-opts] [SP search-return-opts] SP search-program` (RFC 7377 §4)
    ///
    ///     esearch-source-opts = "IN" SP "(" source-mbox [SP "(" scope-options ")"] ")"
    ///     source-mbox         = filter-mailboxes *(SP filter-mailboxes)
    ///
    /// There are no scope-options.
    mutating func multiSearch() throws(IMAPSyntaxError) -> IMAPCommand {
        try space()
        var sources: [MailboxFilter]?
        if take(word: "IN") {
            try space()
            sources = try list { (parser) throws(IMAPSyntaxError) in
                let filter = try parser.mailboxFilter()
                guard filter != .selectedDelayed else { throw .bad("SELECTED-DELAYED is not for ESEARCH") }
                return filter
            }
            try space()
        }
        let returning = try searchReturnOptions() ?? SearchReturnOptions(items: .all)
        return .multiSearch(MultiSearchRequest(sources: sources, returning: returning, key: try searchProgram()))
    }

    /// `uidbatches = "UIDBATCHES" SP nz-number [SP nz-number ":" nz-number]` (RFC 10022)
    mutating func uidBatches() throws(IMAPSyntaxError) -> IMAPCommand {
        try space()
        let size = try nonZeroNumber()
        guard take(UInt8(ascii: " ")), !isAtEnd else { return .uidBatches(BatchesRequest(size: size, batches: nil)) }
        let first = try nonZeroNumber()
        try expect(UInt8(ascii: ":"))
        let last = try nonZeroNumber()
        return .uidBatches(BatchesRequest(size: size, batches: min(first, last)...max(first, last)))
    }

    /// `"CANCELUPDATE" 1*(SP quoted)` (RFC 5267 §5)
    mutating func cancelUpdate() throws(IMAPSyntaxError) -> IMAPCommand {
        var tags: [String] = []
        repeat {
            guard tags.count < limits.listItemsMax else { throw .tooManyItems }
            try space()
            tags.append(String(decoding: try quoted(), as: UTF8.self))
        } while peek == UInt8(ascii: " ") && follows(UInt8(ascii: "\""))
        return .cancelUpdate(tags)
    }
}
