/// SEARCH and UID SEARCH (RFC 9051 §6.4.4).
package struct SearchRequest: Hashable, Sendable {
    /// Which kind of numbers the answer has.
    package let numbering: MessageNumbering
    /// Nil where RETURN was not said: the answer is SEARCH in IMAP4rev1, ESEARCH in IMAP4rev2.
    package let returning: SearchReturnOptions?
    /// What to look for.
    package let key: SearchKey
}
