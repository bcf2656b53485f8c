package import MailCore

/// One mailbox as LIST tells it (RFC 9051 §7.3.1).
package struct ListedMailbox: Hashable, Sendable {
    /// What is said of it.
    package struct Attributes: OptionSet, Hashable, Sendable {
        /// The bits.
        package let rawValue: UInt16
        /// From bits.
        package init(rawValue: UInt16) { self.rawValue = rawValue }
        /// No children, and none can be made.
        package static let noInferiors = Attributes(rawValue: 1)
        /// It cannot be selected; its children can.
        package static let noSelect = Attributes(rawValue: 2)
        /// There is none; subscribed all the same, or a parent.
        package static let nonExistent = Attributes(rawValue: 4)
        package static let hasChildren = Attributes(rawValue: 8)
        package static let hasNoChildren = Attributes(rawValue: 16)
        /// Interesting, says the server: it has new messages.
        package static let marked = Attributes(rawValue: 32)
        package static let unmarked = Attributes(rawValue: 64)
        package static let subscribed = Attributes(rawValue: 128)
        /// On another server.
        package static let remote = Attributes(rawValue: 256)
        /// NOTIFY does not tell of it: the user may not (RFC 5465 §5.9).
        package static let noAccess = Attributes(rawValue: 512)

        static let names: [(attribute: Attributes, name: StaticString)] = [
            (.noInferiors, "\\NoInferiors"), (.noSelect, "\\Noselect"), (.nonExistent, "\\NonExistent"),
            (.hasChildren, "\\HasChildren"), (.hasNoChildren, "\\HasNoChildren"), (.marked, "\\Marked"),
            (.unmarked, "\\Unmarked"), (.subscribed, "\\Subscribed"), (.remote, "\\Remote"),
            (.noAccess, "\\NoAccess"),
        ]
    }

    /// Why a parent is told although it does not fit itself (RFC 5258 §3.5).
    package enum ChildInfo: Hashable, Sendable {
        case none
        /// `("CHILDINFO" ("SUBSCRIBED"))`
        case subscribed
    }

    /// Which.
    package var name: MailboxName
    /// What is said of it.
    package var attributes: Attributes
    /// What it is for.
    package var uses: [MailboxUse]
    /// Why a parent is told.
    package var childInfo = ChildInfo.none
    /// Its name before RENAME, or as the client asked for it (RFC 5465 §5.4, RFC 9051 §6.3.9.7).
    package var oldName: MailboxName?

    /// A mailbox.
    package init(name: MailboxName, attributes: Attributes = [], uses: [MailboxUse] = []) {
        self.name = name
        self.attributes = attributes
        self.uses = uses
    }
}

/// What STATUS tells.
package enum StatusValue: Hashable, Sendable {
    case messages(UInt32)
    case recent(UInt32)
    case uidNext(UInt32)
    case uidValidity(UIDValidity)
    case unseen(UInt32)
    case deleted(UInt32)
    case size(UInt64)
    case deletedStorage(UInt64)
    /// 0 for a mailbox that keeps none.
    case highestModSeq(ModSeq)
    /// Nil for no limit of the mailbox's own.
    case appendLimit(UInt64?)
    case mailboxID(String)
}

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
