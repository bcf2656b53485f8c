/// ESEARCH, the command: a search of several mailboxes (RFC 7377 §2.1).
package struct MultiSearchRequest: Hashable, Sendable {
    /// Where to look; nil for the selected mailbox, which then must be there.
    package let sources: [MailboxFilter]?
    /// What to return of each mailbox; ALL where RETURN was not said.
    package let returning: SearchReturnOptions
    /// What to look for.
    package let key: SearchKey
}
