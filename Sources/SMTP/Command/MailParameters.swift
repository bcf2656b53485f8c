package import MailCore

/// What MAIL carries besides the reverse-path.
package struct MailParameters: Hashable, Sendable {
    /// SIZE=: the octets announced (RFC 1870 §6).
    package var sizeOctets: Int?
    /// What a relay has to hand on: BODY, SMTPUTF8, REQUIRETLS, RET, ENVID.
    package var envelope = EnvelopeParameters()
    /// AUTH=: who submitted the message first, by the word of the client (RFC 4954 §5).
    package var submitter: ReversePath?

    /// HOLDFOR= or HOLDUNTIL= (RFC 4865 §4); the session, which has the clock, makes `envelope.holdUntil` of it.
    package var hold: Hold?
    /// BY= (RFC 2852 §4); the session makes `envelope.deliverBy` of it.
    package var deliverBy: DeliverByRequest?

    /// Until when a message is to be held.
    package enum Hold: Hashable, Sendable {
        /// So many seconds from its acceptance on.
        case interval(seconds: Int64)
        /// Up to a point in time, in seconds since 1970, UTC.
        case until(seconds: Int64)
    }

    /// In how many seconds a message is to be delivered.
    package struct DeliverByRequest: Hashable, Sendable {
        /// From MAIL on; not above 0 only for `notify`, when the time went by on the way here.
        package let seconds: Int64
        /// What is done then.
        package let mode: EnvelopeParameters.DeliverBy.Mode
        /// Whether relays report.
        package let trace: EnvelopeParameters.DeliverBy.Trace
    }

    package init() {}
}
