internal import MailCore

/// Responses about mailboxes (RFC 9051 §7.3).
extension IMAPResponseWriter {
    /// `* LIST (\HasNoChildren) "/" INBOX`
    package mutating func list(_ mailbox: ListedMailbox) {
        raw("* LIST ")
        listed(mailbox)
        var hasExtended = false
        func separator(_ writer: inout IMAPResponseWriter) {
            writer.raw(hasExtended ? " " : " (")
            hasExtended = true
        }
        if mailbox.childInfo == .subscribed {
            separator(&self)
            raw("\"CHILDINFO\" (\"SUBSCRIBED\")")
        }
        if let oldName = mailbox.oldName {
            separator(&self)
            raw("\"OLDNAME\" (")
            self.mailbox(oldName)
            raw(UInt8(ascii: ")"))
        }
        if hasExtended { raw(UInt8(ascii: ")")) }
        endLine()
    }

    /// `* LSUB () "/" Archive` (RFC 3501 §7.2.3)
    package mutating func lsub(_ mailbox: ListedMailbox) {
        raw("* LSUB ")
        listed(mailbox)
        endLine()
    }

    /// `* LIST (\Noselect) "/" ""`: what a basic LIST with an empty pattern asks.
    package mutating func listSeparator() { raw("* LIST (\\Noselect) \"/\" \"\"\r\n") }

    private mutating func listed(_ mailbox: ListedMailbox) {
        raw(UInt8(ascii: "("))
        var isFirst = true
        for (attribute, name) in ListedMailbox.Attributes.names where mailbox.attributes.contains(attribute) {
            if !isFirst { space() }
            isFirst = false
            raw(name)
        }
        for use in mailbox.uses {
            if !isFirst { space() }
            isFirst = false
            raw(use.name)
        }
        raw(") \"/\" ")
        self.mailbox(mailbox.name)
    }

    /// `* FLAGS (\Answered \Flagged)`
    package mutating func flags(_ flags: FlagList) {
        raw("* FLAGS ")
        flagList(flags, extra: nil)
        endLine()
    }

    /// `* STATUS blurdybloop (MESSAGES 231 UIDNEXT 44292)`
    package mutating func status(_ mailbox: MailboxName, _ values: [StatusValue]) {
        raw("* STATUS ")
        self.mailbox(mailbox)
        raw(" (")
        for (position, value) in values.enumerated() {
            if position > 0 { space() }
            status(value)
        }
        raw(")\r\n")
    }

    private mutating func status(_ value: StatusValue) {
        switch value {
        case .messages(let count): item(.messages, UInt64(count))
        case .recent(let count): item(.recent, UInt64(count))
        case .uidNext(let next): item(.uidNext, UInt64(next))
        case .uidValidity(let life): item(.uidValidity, UInt64(life.rawValue))
        case .unseen(let count): item(.unseen, UInt64(count))
        case .deleted(let count): item(.deleted, UInt64(count))
        case .size(let octets): item(.size, octets)
        case .deletedStorage(let octets): item(.deletedStorage, octets)
        case .highestModSeq(let modSeq): item(.highestModSeq, UInt64(clamping: modSeq.rawValue))
        case .appendLimit(let limit?): item(.appendLimit, limit)
        case .appendLimit(nil): raw("APPENDLIMIT NIL")
        case .mailboxID(let id):
            raw("MAILBOXID (")
            raw(id)
            raw(UInt8(ascii: ")"))
        }
    }

    private mutating func item(_ item: StatusItem, _ value: UInt64) {
        raw(item.name)
        space()
        number(value)
    }
}
