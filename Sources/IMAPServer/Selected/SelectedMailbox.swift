internal import IMAP
internal import MailCore
internal import MailStore

/// The mailbox that a session has open, as its client was told of it.
struct SelectedMailbox {
    /// Whose it is, and which.
    let key: MailboxKey
    /// As this user sees it.
    var name: MailboxName
    /// What the user may do with it.
    var rights: AccessRights
    /// Its life.
    let uidValidity: UIDValidity
    /// How it was opened.
    let access: MailboxAccess
    /// The messages that the client knows.
    var view: IMAPSequenceView
    /// Above every UID that is known of.
    var uidNext: UInt32
    /// All changes up to this one are noted in the view.
    var notedModSeq: ModSeq
    /// The first expunge that the client does not know of.
    var earliestUntoldExpunge: ModSeq?
    /// Those that FLAGS has told.
    var keywords: [Keyword]

    /// What may be set for good: by the way the mailbox was opened, and by rights (RFC 4314 §4).
    var permanentFlags: SystemFlags { access == .readOnly ? [] : rights.settableFlags }

    /// Whether keywords may be set for good.
    var mayChangeKeywords: Bool { access == .readWrite && rights.contains(.write) }
}

extension AccessRights {
    /// Which flags they let somebody change (RFC 4314 §4).
    var settableFlags: SystemFlags {
        var flags: SystemFlags = []
        if contains(.seen) { flags.insert(.seen) }
        if contains(.deleteMessages) { flags.insert(.deleted) }
        if contains(.write) { flags.formUnion([.answered, .flagged, .draft]) }
        return flags
    }
}

extension AccessRights {
    /// Which flags they let messages keep that are copied (RFC 4314 §4).
    var flagScope: FlagScope { FlagScope(settableFlags, keywords: contains(.write) ? .all : .none) }
}

extension SystemFlags {
    /// All that IMAP defines for clients to set.
    static let all: SystemFlags = [.answered, .flagged, .deleted, .seen, .draft]
}
