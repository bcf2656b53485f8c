package import MailCore

/// What a search found, written as ESEARCH (RFC 9051 §7.3.4 and extensions); numbers of the command's kind.
package struct ExtendedSearchResult: Sendable {
    /// Where the messages are; for a search of several mailboxes (RFC 7377 §2.1).
    package struct Source: Sendable {
        /// Which.
        package let mailbox: MailboxName
        /// Its life.
        package let uidValidity: UIDValidity

        /// As above.
        package init(mailbox: MailboxName, uidValidity: UIDValidity) {
            self.mailbox = mailbox
            self.uidValidity = uidValidity
        }
    }

    /// A page of the result: nil for no number on it.
    package struct Page: Sendable {
        /// As asked.
        package let range: PartialRange
        /// In the order of the result.
        package let numbers: [ClosedRange<UInt32>]

        /// As above.
        package init(range: PartialRange, numbers: [ClosedRange<UInt32>]) {
            self.range = range
            self.numbers = numbers
        }
    }

    /// A change to an older search's result (RFC 5267 §4.3.2).
    package struct Change: Sendable {
        /// What happened.
        package enum Kind: Sendable {
            case added
            case removed
        }

        /// What happened.
        package let kind: Kind
        /// Where in the result, from 1 up; 0 where the result has no order.
        package let position: UInt32
        /// Which messages.
        package let numbers: [ClosedRange<UInt32>]

        /// As above.
        package init(_ kind: Kind, position: UInt32, numbers: [ClosedRange<UInt32>]) {
            self.kind = kind
            self.position = position
            self.numbers = numbers
        }
    }

    /// Which command asked.
    package var tag: CommandTag
    /// Which kind of numbers follows.
    package var numbering: MessageNumbering
    /// For a search of several mailboxes.
    package var source: Source?
    /// The smallest; nil where not asked for or nothing was found. The same for the others.
    package var min: UInt32?
    /// The largest.
    package var max: UInt32?
    /// How many; also 0.
    package var count: UInt32?
    /// All, in the order of the result: for SORT ranges as they come.
    package var all: [ClosedRange<UInt32>] = []
    /// A page.
    package var page: Page?
    /// From 1 to 100 each, in the order of `all` (RFC 6203 §4).
    package var scores: [UInt8] = []
    /// The highest of the messages found, where mod-sequences were asked about (RFC 7162 §3.1.6).
    package var modSeq: ModSeq?
    /// Changes to an older result.
    package var changes: [Change] = []

    /// Nothing found, nothing asked for.
    package init(tag: CommandTag, numbering: MessageNumbering) {
        self.tag = tag
        self.numbering = numbering
    }
}
