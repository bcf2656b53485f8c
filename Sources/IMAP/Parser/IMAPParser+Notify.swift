/// NOTIFY and the mailbox filters that ESEARCH shares with it.
extension IMAPParser {
    /// `notify = "NOTIFY" SP (notify-set / notify-none)` (RFC 5465 §8)
    ///
    ///     notify-set       = "SET" [status-indicator] SP event-groups
    ///     status-indicator = SP "STATUS"
    ///     event-groups     = event-group *(SP event-group)
    mutating func notify() throws(IMAPSyntaxError) -> IMAPCommand {
        try space()
        if take(word: "NONE") { return .notify(.none) }
        guard take(word: "SET") else { throw .invalidArgument }
        try space()
        var status = NotifyRequest.InitialStatus.omitted
        if take(word: "STATUS") {
            status = .sent
            try space()
        }
        var groups: [NotifyGroup] = []
        repeat {
            guard groups.count < limits.listItemsMax else { throw .tooManyItems }
            groups.append(try eventGroup())
        } while take(UInt8(ascii: " ")) && !isAtEnd
        let selected = groups.filter { $0.filter == .selected || $0.filter == .selectedDelayed }
        guard selected.count <= 1 else { throw .bad("The selected mailbox named twice") }
        return .notify(.set(groups, status: status))
    }

    /// `event-group = "(" filter-mailboxes SP events ")"`, `events = ("(" event *(SP event) ")") / "NONE"`
    private mutating func eventGroup() throws(IMAPSyntaxError) -> NotifyGroup {
        try expect(UInt8(ascii: "("))
        let filter = try mailboxFilter()
        try space()
        var events: NotifyEvents = []
        var attributes: [FetchAttribute] = []
        if !take(word: "NONE") {
            // The examples of RFC 5465 §3.1 leave the inner parentheses out.
            let isList = take(UInt8(ascii: "("))
            repeat {
                try event(into: &events, attributes: &attributes)
            } while take(UInt8(ascii: " "))
            if isList { try expect(UInt8(ascii: ")")) }
        }
        try expect(UInt8(ascii: ")"))
        try check(events, attributes, filter)
        return NotifyGroup(filter: filter, events: events, newMessageAttributes: attributes)
    }

    /// RFC 5465 §5 and §8: which events go together, and with which mailboxes.
    private func check(
        _ events: NotifyEvents, _ attributes: [FetchAttribute], _ filter: MailboxFilter
    ) throws(IMAPSyntaxError) {
        let messageEvents: NotifyEvents = [.messageNew, .messageExpunge]
        let named = events.intersection(messageEvents)
        guard named.isEmpty || named == messageEvents else { throw .bad("MessageNew and MessageExpunge go together") }
        guard !events.contains(.flagChange) || named == messageEvents else {
            throw .bad("FlagChange needs MessageNew and MessageExpunge")
        }
        if filter == .selected || filter == .selectedDelayed {
            guard events.isSubset(of: [.messageNew, .messageExpunge, .flagChange]) else {
                throw .bad("Not an event of the selected mailbox")
            }
        } else {
            guard attributes.isEmpty else { throw .bad("Attributes are for the selected mailbox") }
        }
    }

    /// `message-event = ("MessageNew" [SP "(" fetch-att *(SP fetch-att) ")"]) / …`
    private mutating func event(
        into events: inout NotifyEvents, attributes: inout [FetchAttribute]
    ) throws(IMAPSyntaxError) {
        let event = try event()
        events.insert(event)
        guard event == .messageNew, peek == UInt8(ascii: " "), follows(UInt8(ascii: "(")) else { return }
        try space()
        attributes = try fetchAttributeList()
    }

    /// `event = message-event / mailbox-event / user-event / event-ext`; those that we do not know are refused by BADEVENT
    /// (RFC 5465 §5)
    private mutating func event() throws(IMAPSyntaxError) -> NotifyEvents {
        switch try word() {
        case "MESSAGENEW": .messageNew
        case "MESSAGEEXPUNGE": .messageExpunge
        case "FLAGCHANGE": .flagChange
        case "MAILBOXNAME": .mailboxName
        case "SUBSCRIPTIONCHANGE": .subscriptionChange
        case "MAILBOXMETADATACHANGE": .mailboxMetadataChange
        case "SERVERMETADATACHANGE": .serverMetadataChange
        default: throw .no("Unknown event", code: .badEvent)
        }
    }

    /// `filter-mailboxes = filter-mailboxes-selected / filter-mailboxes-other` (RFC 5465 §8, RFC 7377 §4)
    ///
    ///     filter-mailboxes-selected = "selected" / "selected-delayed"
    ///     filter-mailboxes-other    = "inboxes" / "personal" / "subscribed" / ("subtree" SP one-or-more-mailbox) /
    ///                                 ("mailboxes" SP one-or-more-mailbox) / ("subtree-one" SP one-or-more-mailbox)
    mutating func mailboxFilter() throws(IMAPSyntaxError) -> MailboxFilter {
        switch try word() {
        case "SELECTED": return .selected
        case "SELECTED-DELAYED": return .selectedDelayed
        case "INBOXES": return .inboxes
        case "PERSONAL": return .personal
        case "SUBSCRIBED": return .subscribed
        case "SUBTREE":
            try space()
            return .subtree(try mailboxes())
        case "SUBTREE-ONE" where offers(.multiSearch):
            try space()
            return .subtreeOne(try mailboxes())
        case "MAILBOXES":
            try space()
            return .mailboxes(try mailboxes())
        default: throw .bad("Unknown mailbox filter")
        }
    }
}
