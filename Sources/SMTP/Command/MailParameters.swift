package import MailCore

/// What MAIL carries besides the reverse-path.
package struct MailParameters: Hashable, Sendable {
    /// SIZE=: the octets announced (RFC 1870 §6).
    package var sizeOctets: Int?
    /// What a relay has to hand on: BODY, SMTPUTF8, REQUIRETLS, RET, ENVID.
    package var envelope = EnvelopeParameters()
    /// AUTH=: who submitted the message first, by the word of the client (RFC 4954 §5).
    package var submitter: ReversePath?

    package init() {}
}
