package import MailCore

/// What a program can read in a status response (RFC 9051 §7.1, RFC 5530 and extensions).
package enum ResponseCode: Hashable, Sendable {
    /// People must see the text.
    case alert
    case alreadyExists
    /// RFC 4315 §3: the messages' UIDs, in the order of the command.
    case appendUID(UIDValidity, UIDSet)
    case authenticationFailed
    case authorizationFailed
    /// RFC 9051 §7.1, with those that we speak.
    case badCharset
    /// RFC 5465 §5, with those that we know.
    case badEvent
    /// RFC 4469 §4.
    case badURL(String)
    case cannot
    /// What can be done from here on.
    case capability(IMAPCapabilityList)
    case clientBug
    /// The mailbox that was selected is no more (RFC 7162 §3.2.11).
    case closed
    /// RFC 4978 §3.
    case compressionActive
    case contactAdmin
    /// RFC 4315 §3: the source's and the destination's UIDs in the same order, written as given.
    case copyUID(UIDValidity, from: UIDSet, to: UIDSet)
    case corruption
    case expired
    case expungeIssued
    case hasChildren
    /// RFC 7162 §3.1.2.1.
    case highestModSeq(ModSeq)
    /// RFC 9585: the command's tag, and how far it has come of how much.
    case inProgress(CommandTag?, done: UInt64?, goal: UInt64?)
    case inUse
    case limit
    /// RFC 8474 §4.
    case mailboxID(String)
    /// RFC 9738: the limit, and the UID with which to go on.
    case messageLimit(UInt32, UID?)
    /// RFC 5464 §4.2.1: the size of the largest value left out.
    case metadataLongEntries(UInt64)
    /// RFC 5464 §4.3.
    case metadataMaxSize(UInt64)
    /// RFC 5464 §4.3.
    case metadataTooMany
    /// RFC 5464 §4.3.
    case metadataNoPrivate
    /// RFC 7162 §3.1.3: not changed by a conditional STORE; numbers of the command's kind.
    case modified(ranges: [ClosedRange<UInt32>])
    /// RFC 7162 §3.1.2.2.
    case noModSeq
    case nonExistent
    case noPermission
    /// RFC 5182 §2.1.
    case notSaved
    /// RFC 5465 §5.8.
    case notificationOverflow
    /// RFC 5267 §4.3.1: of that search.
    case noUpdate(CommandTag)
    case overQuota
    case parse
    /// What may be set for ever; `keywords` with `\*`: new keywords may be made.
    case permanentFlags(FlagList, NewKeywords)
    case privacyRequired
    case readOnly
    case readWrite
    case serverBug
    /// RFC 4469 §4, RFC 7889 §5.
    case tooBig
    case tryCreate
    case uidNext(UInt32)
    case uidNotSticky
    /// RFC 9586 §3.
    case uidRequired
    case uidValidity(UIDValidity)
    case unavailable
    case unknownCTE
    /// IMAP4rev1: the first message without `\Seen`.
    case unseen(SequenceNumber)
    /// RFC 6154 §3.
    case useAttribute

    /// Whether the client may invent keywords.
    package enum NewKeywords: Hashable, Sendable {
        case welcome
        case refused
    }
}

/// Capabilities as they are said now, with their values and the ways to log in.
package struct IMAPCapabilityList: Hashable, Sendable {
    /// In the order in which they are written.
    let words: [String]
}
