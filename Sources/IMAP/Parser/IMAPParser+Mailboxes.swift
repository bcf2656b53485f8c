internal import MailCore

/// Commands about mailboxes.
extension IMAPParser {
    /// `select = "SELECT" SP mailbox [select-params]` (RFC 4466 §3), EXAMINE likewise
    ///
    ///     select-params = SP "(" select-param *(SP select-param) ")"
    ///     select-param  =/ "CONDSTORE" / "QRESYNC" SP "(" … ")"             (RFC 7162 §7)
    mutating func select(_ access: MailboxAccess) throws(IMAPSyntaxError) -> IMAPCommand {
        try space()
        let mailbox = try mailbox()
        var resynchronization: SelectRequest.Resynchronization?
        var enabling: IMAPCapabilitySet = []
        if take(UInt8(ascii: " ")), !isAtEnd {
            _ = try list { (parser) throws(IMAPSyntaxError) in
                switch try parser.word() {
                case "CONDSTORE" where parser.offers(.condstore): enabling.insert(.condstore)
                case "QRESYNC" where parser.offers(.qresync) && resynchronization == nil:
                    guard parser.grammar.enabled.contains(.qresync) else { throw .bad("ENABLE QRESYNC first") }
                    resynchronization = try parser.resynchronization()
                default: throw .bad("Unknown parameter")
                }
            }
        }
        return .select(
            SelectRequest(mailbox: mailbox, access: access, resynchronization: resynchronization, enabling: enabling))
    }

    /// `SP "(" uidvalidity SP mod-sequence-value [SP known-uids] [SP seq-match-data] ")"` (RFC 7162 §7)
    ///
    ///     seq-match-data = "(" known-sequence-set SP known-uid-set ")"
    private mutating func resynchronization() throws(IMAPSyntaxError) -> SelectRequest.Resynchronization {
        try space()
        try expect(UInt8(ascii: "("))
        let uidValidity = UIDValidity(rawValue: try nonZeroNumber())
        try space()
        let modSeq = try modSeq()
        var known: SequenceSet?
        var match: SelectRequest.Match?
        if take(UInt8(ascii: " ")) {
            if peek != UInt8(ascii: "(") {
                known = try knownSet()
                if take(UInt8(ascii: " ")) { match = try sequenceMatch() }
            } else {
                match = try sequenceMatch()
            }
        }
        try expect(UInt8(ascii: ")"))
        return SelectRequest.Resynchronization(
            uidValidity: uidValidity, modSeq: modSeq, knownUIDs: known, match: match)
    }

    private mutating func sequenceMatch() throws(IMAPSyntaxError) -> SelectRequest.Match {
        // RFC 9586 §3: a client of UIDONLY knows no sequence numbers.
        guard !grammar.enabled.contains(.uidOnly) else {
            throw .bad("No sequence numbers in UIDONLY", code: .uidRequired)
        }
        try expect(UInt8(ascii: "("))
        let numbers = try knownSet()
        try space()
        let uids = try knownSet()
        try expect(UInt8(ascii: ")"))
        return SelectRequest.Match(sequenceNumbers: numbers, uids: uids)
    }

    /// `create = "CREATE" SP mailbox [create-params]` (RFC 4466 §3)
    ///
    ///     create-params = SP "(" create-param *( SP create-param) ")"
    ///     create-param  =/ "USE" SP "(" [use-attr *(SP use-attr)] ")"       (RFC 6154 §6)
    mutating func create() throws(IMAPSyntaxError) -> IMAPCommand {
        try space()
        let mailbox = try newMailbox()
        var uses: [MailboxUse] = []
        if take(UInt8(ascii: " ")), !isAtEnd {
            _ = try list { (parser) throws(IMAPSyntaxError) in
                guard parser.offers(.createSpecialUse), parser.take(word: "USE") else {
                    throw .bad("Unknown parameter")
                }
                try parser.space()
                uses += try parser.listOrNothing { (parser) throws(IMAPSyntaxError) in try parser.mailboxUse() }
            }
        }
        return .create(CreateRequest(mailbox: mailbox, uses: uses))
    }

    /// `use-attr = "\All" / "\Archive" / … / "\" atom`: one that we do not know is refused by USEATTR (RFC 6154 §3)
    private mutating func mailboxUse() throws(IMAPSyntaxError) -> MailboxUse {
        try expect(UInt8(ascii: "\\"))
        let name = [UInt8(ascii: "\\")] + (try atom())
        guard let use = MailboxUse.allCases.first(where: { name.isKeyword($0.name) }) else {
            throw .no("Unknown special use", code: .useAttribute)
        }
        return use
    }

    /// `rename = "RENAME" SP mailbox SP mailbox`
    mutating func rename() throws(IMAPSyntaxError) -> IMAPCommand {
        try space()
        let from = try mailbox()
        try space()
        return .rename(from: from, to: try newMailbox())
    }

    /// `status = "STATUS" SP mailbox SP "(" status-att *(SP status-att) ")"`
    mutating func status() throws(IMAPSyntaxError) -> IMAPCommand {
        try space()
        let mailbox = try mailbox()
        try space()
        return .status(mailbox, try statusItems())
    }

    /// `"(" status-att *(SP status-att) ")"`
    private mutating func statusItems() throws(IMAPSyntaxError) -> [StatusItem] {
        try list { (parser) throws(IMAPSyntaxError) in
            let name = try parser.word()
            guard let item = StatusItem.allCases.first(where: { name.utf8.isKeyword($0.name) }),
                parser.knows(item)
            else { throw .bad("Unknown STATUS item") }
            return item
        }
    }

    private func knows(_ item: StatusItem) -> Bool {
        switch item {
        case .messages, .uidNext, .uidValidity, .unseen: true
        case .recent: offers(.imap4rev1)
        case .deleted: offers(.imap4rev2) || offers(.quota)
        case .size: offers(.statusSize) || offers(.imap4rev2)
        case .deletedStorage: offers(.quota)
        case .highestModSeq: offers(.condstore)
        case .appendLimit: offers(.appendLimit)
        case .mailboxID: offers(.objectID)
        }
    }

    /// `list = "LIST" [SP list-select-opts] SP mailbox SP mbox-or-pat [SP list-return-opts]` (RFC 5258 §6)
    mutating func list() throws(IMAPSyntaxError) -> IMAPCommand {
        try space()
        var form = ListRequest.Form.basic
        var selection: ListRequest.Selection = []
        if offers(.listExtended), peek == UInt8(ascii: "(") {
            form = .extended
            selection = try listSelection()
            try space()
        }
        let reference = try reference()
        try space()
        if offers(.listExtended), peek == UInt8(ascii: "(") { form = .extended }
        let patterns = try patterns()
        var options = ListReturnOptions()
        if take(UInt8(ascii: " ")), !isAtEnd {
            guard offers(.listExtended), take(word: "RETURN") else { throw .extraArgument }
            form = .extended
            try space()
            _ = try listOrNothing { (parser) throws(IMAPSyntaxError) in try parser.listReturnOption(into: &options) }
        }
        return .list(
            ListRequest(
                form: form, selection: selection, reference: reference, patterns: patterns,
                returning: options.returning, status: options.status, metadata: options.metadata))
    }

    /// `list-select-opts`: any number of options in any order; RECURSIVEMATCH needs a base option
    private mutating func listSelection() throws(IMAPSyntaxError) -> ListRequest.Selection {
        var selection: ListRequest.Selection = []
        _ = try listOrNothing { (parser) throws(IMAPSyntaxError) in
            switch try parser.word() {
            case "SUBSCRIBED": selection.insert(.subscribed)
            case "REMOTE": selection.insert(.remote)
            case "RECURSIVEMATCH": selection.insert(.recursiveMatch)
            case "SPECIAL-USE" where parser.offers(.specialUse): selection.insert(.specialUse)
            default: throw .bad("Unknown selection option")
            }
        }
        if selection.contains(.recursiveMatch), selection.isDisjoint(with: [.subscribed, .specialUse]) {
            throw .bad("RECURSIVEMATCH needs another option")
        }
        return selection
    }

    private struct ListReturnOptions {
        var returning: ListRequest.Returning = []
        var status: [StatusItem] = []
        var metadata: [MetadataEntryName] = []
    }

    /// `return-option =  "SUBSCRIBED" / "CHILDREN" / status-option / option-extension`
    ///
    ///     status-option = "STATUS" SP "(" status-att *(SP status-att) ")"   (RFC 5819 §4)
    ///     return-option =/ "SPECIAL-USE" (RFC 6154), "MYRIGHTS" (RFC 8440), "METADATA" SP entries (RFC 9590)
    private mutating func listReturnOption(into options: inout ListReturnOptions) throws(IMAPSyntaxError) {
        switch try word() {
        case "SUBSCRIBED": options.returning.insert(.subscribed)
        case "CHILDREN": options.returning.insert(.children)
        case "SPECIAL-USE" where offers(.specialUse): options.returning.insert(.specialUse)
        case "MYRIGHTS" where offers(.listMyRights): options.returning.insert(.myRights)
        case "STATUS" where offers(.listStatus):
            try space()
            options.status = try statusItems()
        case "METADATA" where offers(.listMetadata):
            try space()
            options.metadata = try list { (parser) throws(IMAPSyntaxError) in try parser.metadataEntryName() }
        default: throw .bad("Unknown RETURN option")
        }
    }

    /// `lsub = "LSUB" SP mailbox SP list-mailbox` (RFC 3501 §9)
    mutating func lsub() throws(IMAPSyntaxError) -> IMAPCommand {
        try space()
        let reference = try reference()
        try space()
        return .lsub(
            ListRequest(
                form: .basic, selection: .subscribed, reference: reference, patterns: [try pattern()], returning: [],
                status: [], metadata: []))
    }
}
