/// What becomes of a message that came by DATA with a bare LF or a bare CR (RFC 5321 §2.3.8: it MUST NOT be sent).
///
/// Neither policy can be used for smuggling here: where the message ends is decided on the octets as they came
/// (`DotDecoder`), and whoever sends it on stuffs its dots anew. What differs is what later readers see. A signature
/// over such a message rarely survives a conversion, and what one reader takes for one line is two for the next, so the
/// default is to refuse. Messages by BDAT may be binary and are never looked at.
package enum BareLinePolicy: Hashable, Sendable {
    /// The message is read to its true end and refused.
    case reject
    /// Each bare LF and each bare CR becomes CRLF. For programs of one's own that cannot be mended: a submission or LMTP
    /// listener that only they reach.
    case convert
}
