/// How commands are read on the connection as it is.
package struct IMAPGrammar: Hashable, Sendable {
    /// What is offered: the words of anything else are unknown.
    package var capabilities: IMAPCapabilitySet
    /// What the client has switched on.
    package var enabled: IMAPCapabilitySet
    /// How much of it.
    package var limits: IMAPLimits

    /// Offered, switched on, how much.
    package init(
        capabilities: IMAPCapabilitySet = .all, enabled: IMAPCapabilitySet = [], limits: IMAPLimits = IMAPLimits()
    ) {
        self.capabilities = capabilities
        self.enabled = enabled
        self.limits = limits
    }

    /// How mailbox names are spelt, read and written.
    package var mailboxNames: MailboxNameEncoding {
        enabled.containsAny(of: [.imap4rev2, .utf8Accept]) ? .utf8 : .modifiedUTF7
    }
}
