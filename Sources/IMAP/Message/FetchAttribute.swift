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
