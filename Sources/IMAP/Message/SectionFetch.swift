/// `BODY[…]` with all its trimmings.
package struct SectionFetch: Hashable, Sendable {
    /// The name that the client used, and that the answer has.
    package enum Name: Hashable, Sendable {
        /// `BODY[…]` and `BODY.PEEK[…]`, both answered as `BODY[…]`
        case body
        /// `RFC822`, IMAP4rev1's `BODY[]`
        case rfc822
        /// `RFC822.HEADER`, IMAP4rev1's `BODY.PEEK[HEADER]`
        case rfc822Header
        /// `RFC822.TEXT`, IMAP4rev1's `BODY[TEXT]`
        case rfc822Text
    }

    /// What it is called in the answer.
    package let name: Name
    /// Which octets.
    package let section: SectionSpecification
    /// Whether the message becomes `\Seen`.
    package let effect: SeenEffect
    /// Which of them; nil for all.
    package let range: OctetRange?

    /// As above.
    package init(
        name: Name = .body, section: SectionSpecification, effect: SeenEffect = .sets, range: OctetRange? = nil
    ) {
        self.name = name
        self.section = section
        self.effect = effect
        self.range = range
    }
}
