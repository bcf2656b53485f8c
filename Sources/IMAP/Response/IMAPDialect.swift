/// How responses are written on the connection, by what its client has switched on.
package struct IMAPDialect: Hashable, Sendable {
    /// What the client has switched on.
    package let enabled: IMAPCapabilitySet

    /// By what the client has switched on.
    package init(enabled: IMAPCapabilitySet = []) { self.enabled = enabled }

    /// The spelling of mailbox names.
    package var mailboxNames: MailboxNameEncoding { acceptsUTF8 ? .utf8 : .modifiedUTF7 }

    /// Whether quoted strings may hold UTF-8 (RFC 9051 §4.3, RFC 6855 §3).
    package var acceptsUTF8: Bool { enabled.containsAny(of: [.imap4rev2, .utf8Accept]) }

    /// Whether messages have no sequence numbers (RFC 9586).
    package var namesByUID: Bool { enabled.contains(.uidOnly) }

    /// Whether expunges are told as VANISHED (RFC 7162 §3.2.10, RFC 9586 §3).
    package var tellsVanished: Bool { enabled.containsAny(of: [.qresync, .uidOnly]) }

    /// Whether `\Recent` and RECENT are told: not to clients of IMAP4rev2 (RFC 9051 appendix E).
    package var tellsRecent: Bool { !enabled.contains(.imap4rev2) }

    /// Whether a search without RETURN is answered by ESEARCH (RFC 9051 §7.3.4).
    package var prefersExtendedSearch: Bool { enabled.contains(.imap4rev2) }

    /// Whether FETCH and STORE tell MODSEQ (RFC 7162 §3.1).
    package var tellsModSeq: Bool { enabled.containsAny(of: [.condstore, .qresync]) }
}
