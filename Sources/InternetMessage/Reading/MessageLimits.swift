/// What a reader of messages looks at, at most. Nothing beyond is lost: it stays in the octets, as one opaque part.
package struct MessageLimits: Sendable, Hashable {
    /// Octets of a message that are looked at: 2 GiB less one, so that offsets fit 32 bits. IMAP's own limit for sizes
    /// was 4 GiB (RFC 3501 §9, `number`).
    package static let octetsMax = Int(Int32.max)

    /// Header fields recorded in one message, all its parts together. Later ones still count as octets of their header.
    package var fieldsMax = 200_000
    /// Parts within parts; what is deeper is one opaque part. An encapsulated message counts twice (its part, itself).
    package var depthMax = 100
    /// Parts of a message; the last one runs on to the end of the message.
    package var partsMax = 10_000
    /// Octets of a boundary; RFC 2046 §5.1.1 allows 70. A longer one is none.
    package var boundaryOctetsMax = 998
    /// Parameters of one field.
    package var parametersMax = 256
    /// Addresses of one kind of field (say, all To fields together); RFC 5321 §4.5.3.1.8 has 100 recipients as the
    /// least that must be taken.
    package var addressesMax = 10_000
    /// Message ids in References and In-Reply-To.
    package var messageIDsMax = 1_000
    /// Octets of Subject that are decoded.
    package var subjectOctetsMax = 8_192
    /// Characters of the preview; RFC 8970 §3.2 says 200, never more than 256.
    package var previewCharactersMax = 200
    /// Octets of the body that are decoded in order to find a preview.
    package var previewOctetsMax = 16_384

    /// The limits of a mail server.
    package init() {}
}
