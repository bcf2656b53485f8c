package import MailCore

/// What RCPT carries besides the forward-path (RFC 3461 §4.1, §4.2).
package struct RecipientParameters: Hashable, Sendable {
    /// NOTIFY=.
    package var notify: EnvelopeRecipient.Notify?
    /// ORCPT=.
    package var originalRecipient: EnvelopeRecipient.OriginalRecipient?

    package init() {}
}
