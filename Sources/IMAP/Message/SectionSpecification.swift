/// What is between the brackets of `BODY[…]` (RFC 9051 §9 `section-spec`).
package struct SectionSpecification: Hashable, Sendable {
    /// What of the part.
    package enum Text: Hashable, Sendable {
        /// All of it: `[]` is the whole message, `[1]` the part's body.
        case all
        case header
        /// `HEADER.FIELDS`; names as written.
        case headerFields([String])
        /// `HEADER.FIELDS.NOT`; names as written.
        case headerFieldsNot([String])
        case text
        /// The part's own header; never of the message itself.
        case mime
    }

    /// Which part.
    package let part: PartPath
    /// What of it.
    package let text: Text

    /// Whether it is the whole message.
    package var isWhole: Bool { part.isWhole && text == .all }

    /// As above.
    package init(part: PartPath = PartPath(), text: Text = .all) {
        self.part = part
        self.text = text
    }
}
