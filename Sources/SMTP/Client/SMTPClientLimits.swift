/// What a client lets a server do, and how long it waits.
package struct SMTPClientLimits: Hashable, Sendable {
    /// A line of a reply with its end. RFC 5321 §4.5.3.1.5 says 512; real servers explain themselves at length.
    package var replyLineOctetsMax = 2_048

    /// Lines of one reply; EHLO's have about twenty.
    package var replyLinesMax = 200

    /// Recipients of one transaction with a server that announces no RCPTMAX: every server has to take so many
    /// (RFC 5321 §4.5.3.1.8).
    package var recipientsMax = 100

    /// For the greeting (RFC 5321 §4.5.3.2.1).
    package var greetingTimeoutSeconds = 300

    /// For EHLO, STARTTLS, AUTH and RSET, for which RFC 5321 names no time.
    package var commandTimeoutSeconds = 300

    /// For MAIL (RFC 5321 §4.5.3.2.2).
    package var mailTimeoutSeconds = 300

    /// For RCPT (RFC 5321 §4.5.3.2.3).
    package var recipientTimeoutSeconds = 300

    /// For the reply to DATA (RFC 5321 §4.5.3.2.4).
    package var dataInitiationTimeoutSeconds = 120

    /// For the server to take a piece of the message (RFC 5321 §4.5.3.2.5).
    package var dataBlockTimeoutSeconds = 180

    /// For the reply to the message (RFC 5321 §4.5.3.2.6): giving up here makes duplicates.
    package var dataTerminationTimeoutSeconds = 600

    /// For the reply to QUIT: nothing depends on it.
    package var quitTimeoutSeconds = 5

    /// The limits as they stand above.
    package init() {}
}
