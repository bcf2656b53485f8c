internal import IMAP
internal import MailCore

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
    /// Above every UID that was given.
    var uidNext: UInt32
}
