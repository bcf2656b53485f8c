/// One body part of a message (RFC 2046), the message itself being the first.
///
/// It has no text of its own: ranges, and numbers of other parts in ``ParsedMessage/parts``.
package struct Part: Sendable, Hashable {
    /// What a part can contain.
    package enum Kind: UInt8, Sendable, Hashable {
        /// Content, no parts.
        case leaf
        /// One or more parts (RFC 2046 §5.1).
        case multipart
        /// One message (RFC 2046 §5.2.1, RFC 6532 §3.7); its only child is that message.
        case message
    }

    /// Whence the media type comes.
    package enum MediaTypeSource: UInt8, Sendable, Hashable {
        /// From Content-Type.
        case declared
        /// There is none, or it says nothing: `text/plain; charset=us-ascii` (RFC 2045 §5.2).
        case defaultText
        /// There is none in a part of a multipart/digest: `message/rfc822` (RFC 2046 §5.1.5).
        case defaultMessage
        /// It promises structure that we do not read (too deep, or encoded): `application/octet-stream`.
        case opaque
    }

    /// What it contains.
    package internal(set) var kind = Kind.leaf
    /// Whence its media type comes.
    package internal(set) var mediaTypeSource = MediaTypeSource.defaultText
    /// How its content is encoded.
    package internal(set) var encoding = ContentTransferEncoding.sevenBit
    /// The position of the part that it is in; nil for the message itself.
    package var parent: Int? { parentPosition < 0 ? nil : Int(parentPosition) }
    /// The position of its first part.
    package var firstChild: Int? { firstChildPosition < 0 ? nil : Int(firstChildPosition) }
    /// The position of the part behind it.
    package var nextSibling: Int? { nextSiblingPosition < 0 ? nil : Int(nextSiblingPosition) }
    /// How many parts it has.
    package internal(set) var childCount: Int32 = 0
    /// Its header with the empty line behind it.
    package internal(set) var header = ByteRange(0, 0)
    /// Its body, as encoded, without the line end that belongs to the next boundary (RFC 2046 §5.1.1).
    package internal(set) var body = ByteRange(0, 0)
    /// Line ends (LF) in the body.
    package internal(set) var bodyLines: Int32 = 0
    /// Its fields in ``ParsedMessage/fields``.
    package var fields: Range<Int> { Int(fieldsStart)..<Int(fieldsEnd) }

    /// Its place among its parent's parts, from 0.
    var ordinal: Int32 = 0
    var parentPosition: Int32 = -1
    var firstChildPosition: Int32 = -1
    var lastChildPosition: Int32 = -1
    var nextSiblingPosition: Int32 = -1
    var fieldsStart: Int32 = 0
    var fieldsEnd: Int32 = 0
}
