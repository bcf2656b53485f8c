internal import MailCore

/// What a client asks for after its login. Mailboxes are named by their octets on the wire, as LIST told them.
package enum IMAPClientCommand: Hashable, Sendable {
    /// All mailboxes, with their uses where the server can tell them (RFC 6154, RFC 5258).
    case list
    /// All mailboxes as `list` tells them, and what STATUS would tell of each (RFC 5819).
    case listWithStatus([StatusItem])
    /// What there is in a mailbox that need not be open.
    case status([UInt8], [StatusItem])
    /// Opens a mailbox, by its name as the server spelt it.
    case select([UInt8], MailboxAccess)
    /// UIDs of messages that match; the criteria are ours: `ALL`, `UID 5:*`.
    case search(String)
    /// UIDs of messages that match; the texts are the user's.
    case searchKey(SearchKey)
    /// Messages whole, with UID, flags, date and size; their flags stay as they are.
    case fetch([ClosedRange<UInt32>])
    /// UIDs and flags alone.
    case fetchFlags([ClosedRange<UInt32>])
    /// The same of those that changed since a MODSEQ (RFC 7162 §3.1.4.1).
    case fetchChangedFlags([ClosedRange<UInt32>], since: UInt64)
    /// What lists show of messages.
    case fetchSummaries(IMAPClientNumbers, IMAPSummaryItems)
    /// The first octets of a message, as `fetch` gives them; their number may be the message's.
    case fetchBeginning(UInt32, octets: Int64)
    /// Sets or clears flags, without being told so (RFC 9051 §6.4.6).
    case store([ClosedRange<UInt32>], IMAPFlagChange, FlagList)
    /// Adds `\Deleted`, without being told so.
    case markDeleted([ClosedRange<UInt32>])
    /// Takes these messages away, if they have `\Deleted` (RFC 4315 §2.1).
    case expunge([ClosedRange<UInt32>])
    /// Copies messages to a mailbox.
    case copy([ClosedRange<UInt32>], to: [UInt8])
    /// Moves messages to a mailbox (RFC 6851).
    case move([ClosedRange<UInt32>], to: [UInt8])
    /// Makes a mailbox.
    case create([UInt8])
    /// Adds a message, whose octets `sendMessage` asks for (RFC 9051 §6.3.12).
    case append([UInt8], FlagList, octets: Int64)
    /// To be told of changes until `endIdle` (RFC 2177).
    case idle
    case noop
    case logout
}

/// Messages by their places in the mailbox, or by their UIDs.
package enum IMAPClientNumbers: Hashable, Sendable {
    case numbers([ClosedRange<UInt32>])
    case uids([ClosedRange<UInt32>])
}

/// What STORE does with flags.
package enum IMAPFlagChange: Hashable, Sendable {
    case add
    case remove
}

/// What `fetchSummaries` asks for beside UID, flags, date and size.
package struct IMAPSummaryItems: OptionSet, Hashable, Sendable {
    package let rawValue: UInt8
    package init(rawValue: UInt8) { self.rawValue = rawValue }
    /// ENVELOPE (RFC 9051 §7.5.2).
    package static let envelope = IMAPSummaryItems(rawValue: 1)
    /// BODYSTRUCTURE.
    package static let structure = IMAPSummaryItems(rawValue: 2)
    /// The field References, which ENVELOPE leaves out.
    package static let references = IMAPSummaryItems(rawValue: 4)
    /// The first words (RFC 8970), where the server has them.
    package static let preview = IMAPSummaryItems(rawValue: 8)
}
