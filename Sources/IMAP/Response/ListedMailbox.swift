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
