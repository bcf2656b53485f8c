/// LIST (RFC 9051 §6.3.9, RFC 5258 and its extensions) and LSUB.
package struct ListRequest: Hashable, Sendable {
    /// Which mailboxes are meant.
    package struct Selection: OptionSet, Hashable, Sendable {
        /// The bits.
        package let rawValue: UInt8
        /// From bits.
        package init(rawValue: UInt8) { self.rawValue = rawValue }
        /// Names subscribed to, whether there is such a mailbox or not.
        package static let subscribed = Selection(rawValue: 1)
        /// Those of other servers, too: we have none.
        package static let remote = Selection(rawValue: 2)
        /// Also parents of what fits; goes with `subscribed` or `specialUse`.
        package static let recursiveMatch = Selection(rawValue: 4)
        /// Only those with a special use (RFC 6154 §3).
        package static let specialUse = Selection(rawValue: 8)
    }

    /// What is told of each.
    package struct Returning: OptionSet, Hashable, Sendable {
        /// The bits.
        package let rawValue: UInt8
        /// From bits.
        package init(rawValue: UInt8) { self.rawValue = rawValue }
        /// `\Subscribed`
        package static let subscribed = Returning(rawValue: 1)
        /// `\HasChildren` and `\HasNoChildren`
        package static let children = Returning(rawValue: 2)
        /// RFC 6154 §3.
        package static let specialUse = Returning(rawValue: 4)
        /// A MYRIGHTS response (RFC 8440).
        package static let myRights = Returning(rawValue: 8)
    }

    /// Whether the client used anything of the extended form: only then is the answer to an empty pattern a mailbox's.
    package enum Form: Hashable, Sendable {
        case basic
        case extended
    }

    /// Basic or extended.
    package let form: Form
    /// Which mailboxes are meant.
    package let selection: Selection
    /// Before each pattern, in UTF-8.
    package let reference: String
    /// One at least. An empty one, in the basic form, asks for the separator and the reference's root.
    package let patterns: [String]
    /// What is told of each.
    package let returning: Returning
    /// A STATUS response for each; empty for none (RFC 5819).
    package let status: [StatusItem]
    /// A METADATA response for each; empty for none (RFC 9590).
    package let metadata: [MetadataEntryName]

    /// The patterns with the reference before each.
    package var joinedPatterns: [MailboxPattern] {
        patterns.map { MailboxPattern(reference: reference, pattern: $0) }
    }
}
