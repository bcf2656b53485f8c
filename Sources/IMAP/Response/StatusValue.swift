package import MailCore

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
