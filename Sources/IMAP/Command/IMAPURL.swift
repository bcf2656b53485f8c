package import MailCore

/// A place in a message of this server as CATENATE names it (RFC 4469 §3, RFC 5092 §7.2): relative, or with the server's
/// name before it, which is not ours to check here.
///
///     /Drafts;UIDVALIDITY=385759045/;UID=20/;SECTION=1.2/;PARTIAL=0.1024
package struct IMAPURL: Hashable, Sendable {
    /// As sent, for `BADURL`.
    package let text: String
    /// User and host; nil where the URL is relative.
    package let authority: String?
    /// Nil for a URL relative to the selected mailbox.
    package let mailbox: MailboxName?
    /// The mailbox's life that is meant; nil for any.
    package let uidValidity: UIDValidity?
    /// Which message.
    package let uid: UID
    /// Which part of it.
    package let section: SectionSpecification
    /// Which octets of that; without a length, all from the offset on.
    package let range: OctetRange?
}
