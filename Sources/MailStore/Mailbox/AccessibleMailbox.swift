public import MailCore

/// A mailbox as one account sees it: its own, or one that is shared with it.
public struct AccessibleMailbox: Hashable, Sendable {
    /// Whose it is, and which.
    public var key: MailboxKey
    /// Its name for this account, with the namespace's prefix and its owner's address where it is another's.
    public var name: String
    /// Where the account sees it.
    public var namespace: MailboxNamespace
    /// What the account may do with it.
    public var rights: AccessRights
    /// What it is for, to its owner; nil for another's, whose drafts and trash are not this account's.
    public var specialUse: SpecialUse?
    /// UIDVALIDITY.
    public var uidValidity: UIDValidity
    /// UIDNEXT.
    public var uidNext: Int64
    /// HIGHESTMODSEQ.
    public var highestModSeq: ModSeq
    /// How many messages it holds.
    public var messages: Int64
    /// How many of them are not `\Seen`.
    public var unseen: Int64
    /// Octets of all of them.
    public var octets: Int64

    /// MAILBOXID (RFC 8474 §4).
    public var objectID: String { key.objectID }
}

extension AccessibleMailbox {
    /// Why something may not be done with a mailbox.
    public enum Refusal: Hashable, Sendable {
        /// As though it were not there: who may not see it is not to learn that it is (RFC 4314 §6).
        case nonExistent
        /// It is seen, and this is not allowed.
        case noPermission
    }

    /// Why the account may not do what needs all of these rights; nil when it may.
    public func refusal(of needed: AccessRights) -> Refusal? {
        if rights.isSuperset(of: needed) { return nil }
        return rights.contains(.lookup) ? .noPermission : .nonExistent
    }

    /// Why the account may not do what needs any of these rights; nil when it may.
    public func refusal(ofAny enough: AccessRights) -> Refusal? {
        if !rights.isDisjoint(with: enough) { return nil }
        return rights.contains(.lookup) ? .noPermission : .nonExistent
    }
}
