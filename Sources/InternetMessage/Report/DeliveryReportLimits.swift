/// What a delivery status notification holds, at most.
package struct DeliveryReportLimits: Sendable {
    /// Octets of a message that comes back whole; of a larger one its header does (RFC 3461 §6.2 (c) leaves it to us).
    package var returnedMessageOctetsMax = 262_144
    /// Octets of a header that comes back.
    package var returnedHeaderOctetsMax = 65_536
    /// Characters of a server's reply; RFC 5321 §4.5.3.1.5 has lines of 512 octets.
    package var diagnosticCharactersMax = 2_048
    /// Characters of the original subject.
    package var subjectCharactersMax = 200
    /// Recipients that are read in a report of somebody else.
    package var recipientsMax = 10_000

    package init() {}
}
