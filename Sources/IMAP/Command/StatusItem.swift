/// What STATUS asks of a mailbox (RFC 9051 §6.3.11 and extensions).
package enum StatusItem: Hashable, Sendable, CaseIterable {
    case messages
    /// IMAP4rev1 only.
    case recent
    case uidNext
    case uidValidity
    case unseen
    case deleted
    /// RFC 8438.
    case size
    /// RFC 9208 §5.
    case deletedStorage
    /// RFC 7162 §3.1.7.
    case highestModSeq
    /// RFC 7889.
    case appendLimit
    /// RFC 8474 §4.3.
    case mailboxID

    var name: StaticString {
        switch self {
        case .messages: "MESSAGES"
        case .recent: "RECENT"
        case .uidNext: "UIDNEXT"
        case .uidValidity: "UIDVALIDITY"
        case .unseen: "UNSEEN"
        case .deleted: "DELETED"
        case .size: "SIZE"
        case .deletedStorage: "DELETED-STORAGE"
        case .highestModSeq: "HIGHESTMODSEQ"
        case .appendLimit: "APPENDLIMIT"
        case .mailboxID: "MAILBOXID"
        }
    }
}
