internal import MailCore

/// What searches look for.
extension IMAPParser {
    /// `search-key *(SP search-key)`, to the end of the command
    mutating func searchKeys() throws(IMAPSyntaxError) -> SearchKey {
        var count = 0
        var keys: [SearchKey] = []
        repeat {
            keys.append(try searchKey(depth: 0, count: &count))
        } while take(UInt8(ascii: " ")) && !isAtEnd
        return keys.count == 1 ? keys[0] : .and(keys)
    }

    /// `search-key`; depth and count are bounded
    private mutating func searchKey(depth: Int, count: inout Int) throws(IMAPSyntaxError) -> SearchKey {
        count += 1
        guard count <= limits.searchKeysMax else { throw .bad("Too many search keys", code: .limit) }
        guard depth < limits.searchDepthMax else { throw .bad("Search keys nested too deep", code: .limit) }
        switch peek {
        case UInt8(ascii: "("):
            return try searchKeyList(depth: depth + 1, count: &count)
        case let next? where next.isDigit || next == UInt8(ascii: "*") || next == UInt8(ascii: "$"):
            return .sequenceNumbers(try sequenceSet())
        default:
            break
        }
        let name = try word()
        switch name {
        case "NOT":
            try space()
            return .not(try searchKey(depth: depth + 1, count: &count))
        case "OR":
            try space()
            let left = try searchKey(depth: depth + 1, count: &count)
            try space()
            return .or(left, try searchKey(depth: depth + 1, count: &count))
        case "FUZZY" where offers(.fuzzySearch):
            try space()
            return .fuzzy(try searchKey(depth: depth + 1, count: &count))
        default:
            if let key = flagKey(name) { return key }
            if let key = try textKey(name) { return key }
            if let key = try dateKey(name) { return key }
            return try otherKey(name)
        }
    }

    /// `"(" search-key *(SP search-key) ")"`
    private mutating func searchKeyList(depth: Int, count: inout Int) throws(IMAPSyntaxError) -> SearchKey {
        try expect(UInt8(ascii: "("))
        var keys: [SearchKey] = []
        repeat {
            keys.append(try searchKey(depth: depth, count: &count))
        } while take(UInt8(ascii: " "))
        try expect(UInt8(ascii: ")"))
        return keys.count == 1 ? keys[0] : .and(keys)
    }

    /// Keys that are one word.
    private func flagKey(_ name: String) -> SearchKey? {
        switch name {
        case "ALL": .all
        case "ANSWERED": .flagged(.answered)
        case "DELETED": .flagged(.deleted)
        case "DRAFT": .flagged(.draft)
        case "FLAGGED": .flagged(.flagged)
        case "SEEN": .flagged(.seen)
        case "UNANSWERED": .unflagged(.answered)
        case "UNDELETED": .unflagged(.deleted)
        case "UNDRAFT": .unflagged(.draft)
        case "UNFLAGGED": .unflagged(.flagged)
        case "UNSEEN": .unflagged(.seen)
        // RFC 3501 §6.4.4.
        case "RECENT": .recent
        case "NEW": .and([.recent, .unflagged(.seen)])
        case "OLD": .not(.recent)
        case "SAVEDATESUPPORTED" where offers(.saveDate): .saveDateSupported
        default: nil
        }
    }

    /// `"BCC" SP astring` and the like, `"HEADER" SP header-fld-name SP astring`
    private mutating func textKey(_ name: String) throws(IMAPSyntaxError) -> SearchKey? {
        switch name {
        case "BCC": return .field(.bcc, try searchString())
        case "CC": return .field(.cc, try searchString())
        case "FROM": return .field(.from, try searchString())
        case "SUBJECT": return .field(.subject, try searchString())
        case "TO": return .field(.to, try searchString())
        case "BODY": return .body(try searchString())
        case "TEXT": return .text(try searchString())
        case "HEADER":
            try space()
            let field = try text()
            return .header(name: field, try searchString())
        default: return nil
        }
    }

    /// `SP astring`, in UTF-8 or its part US-ASCII
    private mutating func searchString() throws(IMAPSyntaxError) -> SearchString {
        try space()
        return SearchString(try text())
    }

    /// `"BEFORE" SP date` and the like
    private mutating func dateKey(_ name: String) throws(IMAPSyntaxError) -> SearchKey? {
        let which: (SearchDate, DateComparison)? =
            switch name {
            case "BEFORE": (.received, .before)
            case "ON": (.received, .on)
            case "SINCE": (.received, .since)
            case "SENTBEFORE": (.sent, .before)
            case "SENTON": (.sent, .on)
            case "SENTSINCE": (.sent, .since)
            case "SAVEDBEFORE" where offers(.saveDate): (.saved, .before)
            case "SAVEDON" where offers(.saveDate): (.saved, .on)
            case "SAVEDSINCE" where offers(.saveDate): (.saved, .since)
            default: nil
            }
        guard let (date, comparison) = which else { return nil }
        try space()
        return .date(date, comparison, try self.date())
    }

    private mutating func otherKey(_ name: String) throws(IMAPSyntaxError) -> SearchKey {
        switch name {
        case "KEYWORD":
            try space()
            return .keyword(try keyword())
        case "UNKEYWORD":
            try space()
            return .unkeyword(try keyword())
        case "LARGER":
            try space()
            return .larger(try number64())
        case "SMALLER":
            try space()
            return .smaller(try number64())
        case "UID":
            try space()
            return .uids(try sequenceSet())
        case "OLDER" where offers(.within):
            try space()
            return .older(seconds: try nonZeroNumber())
        case "YOUNGER" where offers(.within):
            try space()
            return .younger(seconds: try nonZeroNumber())
        case "MODSEQ" where offers(.condstore): return .modSeq(try modSeqCriterion())
        case "EMAILID" where offers(.objectID): return .emailID(try objectID())
        case "THREADID" where offers(.objectID): return .threadID(try objectID())
        default: throw .bad("Unknown search key")
        }
    }

    /// `search-modsequence = "MODSEQ" [SP entry-name SP entry-type-req] SP mod-sequence-valzer` (RFC 7162 §7)
    ///
    ///     entry-name     = DQUOTE "/flags/" attr-flag DQUOTE
    ///     entry-type-req = "priv" / "shared" / "all"
    private mutating func modSeqCriterion() throws(IMAPSyntaxError) -> ModSeqCriterion {
        try space()
        guard peek == UInt8(ascii: "\"") else { return ModSeqCriterion(modSeq: try modSeqOrZero()) }
        let name = try text()
        guard name.lowercased().hasPrefix("/flags/") else { throw .bad("Not a flag's entry") }
        try space()
        let scope: ModSeqCriterion.Scope
        switch try word() {
        case "PRIV": scope = .private
        case "SHARED": scope = .shared
        case "ALL": scope = .all
        default: throw .bad("Not an entry's type")
        }
        try space()
        return ModSeqCriterion(modSeq: try modSeqOrZero(), entry: ModSeqCriterion.Entry(name: name, scope: scope))
    }

    /// `objectid = 1*255(ALPHA / DIGIT / "_" / "-")` (RFC 8474 §7)
    private mutating func objectID() throws(IMAPSyntaxError) -> String {
        try space()
        let id = try atom()
        let isLawful = id.allSatisfy { octet in
            (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(octet.capital) || octet.isDigit
                || octet == UInt8(ascii: "_") || octet == UInt8(ascii: "-")
        }
        guard id.count <= 255, isLawful else { throw .invalidArgument }
        return String(decoding: id, as: UTF8.self)
    }
}
