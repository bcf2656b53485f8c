/// What FETCH asks of each message (RFC 9051 §6.4.5 and extensions). ALL, FULL and FAST are taken apart.
package enum FetchAttribute: Hashable, Sendable {
    case envelope
    case flags
    case internalDate
    /// `RFC822.SIZE`
    case size
    /// `BODY` alone: the structure without extension data.
    case body
    case bodyStructure
    case uid
    /// RFC 7162 §3.1.4.2.
    case modSeq
    /// `BODY[…]`, and the three `RFC822` of IMAP4rev1.
    case section(SectionFetch)
    /// `BINARY[…]` (RFC 3516).
    case binary(BinaryFetch)
    /// `BINARY.SIZE[…]` (RFC 3516).
    case binarySize(PartPath)
    /// RFC 8474 §5.
    case emailID
    /// RFC 8474 §5.
    case threadID
    /// RFC 8514.
    case saveDate
    /// RFC 8970.
    case preview(PreviewModifier)
}

/// Whether the server may leave a preview out for now (RFC 8970 §4.1).
package enum PreviewModifier: Hashable, Sendable {
    case now
    case lazy
}

/// Whether reading marks the message as `\Seen`.
package enum SeenEffect: Hashable, Sendable {
    case sets
    /// `.PEEK`
    case leaves
}

/// A part's place in a message: `1.2` is its first part's second. Empty for the message itself.
package struct PartPath: Hashable, Sendable {
    /// Each from 1 up.
    package let numbers: [UInt32]

    /// From its numbers.
    package init(_ numbers: [UInt32] = []) { self.numbers = numbers }

    /// Whether it means the message itself.
    package var isWhole: Bool { numbers.isEmpty }
}

/// Octets of a section from an offset on: `<0.2048>`.
package struct OctetRange: Hashable, Sendable {
    /// From 0 up.
    package let offset: UInt64
    /// At most so many, from 1 up.
    package let octetsMax: UInt64

    /// As written.
    package init(offset: UInt64, octetsMax: UInt64) {
        self.offset = offset
        self.octetsMax = octetsMax
    }

    /// What it is of `count` octets; empty beyond their end.
    package func clamped(to count: UInt64) -> Range<UInt64> {
        let start = min(offset, count)
        return start..<(start + min(octetsMax, count - start))
    }
}

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

    /// As above.
    package init(part: PartPath = PartPath(), text: Text = .all) {
        self.part = part
        self.text = text
    }
}

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

/// `BINARY[…]`: a part without its transfer encoding.
package struct BinaryFetch: Hashable, Sendable {
    /// Which part.
    package let part: PartPath
    /// Whether the message becomes `\Seen`.
    package let effect: SeenEffect
    /// Which decoded octets; nil for all.
    package let range: OctetRange?

    /// As above.
    package init(part: PartPath, effect: SeenEffect = .sets, range: OctetRange? = nil) {
        self.part = part
        self.effect = effect
        self.range = range
    }
}
