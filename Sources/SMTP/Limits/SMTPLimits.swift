/// What one client may ask of this server; each limit answers with a reply, never with a hang.
package struct SMTPLimits: Hashable, Sendable {
    /// A command line with its CRLF. RFC 5321 §4.5.3.1.4 asks for 512; each extension's parameters add to it (RFC 3461
    /// §4: about 1000, RFC 1870 §3: 26, RFC 6531 §3.4: 10).
    package var commandLineOctetsMax = 2_048

    /// A line of AUTH, or of its exchange, with its CRLF: 12,288 octets of base64 (RFC 4954 §4).
    package var authenticationLineOctetsMax = 12_288 + 2

    /// A message as announced by SIZE and as received. RFC 5321 §4.5.3.1.7 asks for 64 KiB.
    package var messageOctetsMax = 52_428_800

    /// Recipients of one transaction. RFC 5321 §4.5.3.1.8 asks for 100.
    package var recipientsMax = 1_000

    /// Transactions of one connection, announced as MAILMAX (RFC 9422); nil for any number.
    package var transactionsMax: Int?

    /// Protocol errors (unknown commands, syntax, order) after which the connection is closed; an accepted message
    /// sets the count back.
    package var protocolErrorsMax = 3

    /// Refused recipients after which the connection is closed: who guesses names makes many. An accepted message sets
    /// the count back.
    package var refusedRecipientsMax = 10

    /// Refused logins after which the connection is closed.
    package var failedLoginsMax = 3

    /// How far ahead a message's release may lie (RFC 4865 §4): a year.
    package var futureReleaseSecondsMax: Int64 = 366 * 86_400

    /// How long to wait for a command (RFC 5321 §4.5.3.2.7: at least five minutes).
    package var commandTimeoutSeconds = 300

    /// How long to wait for the first octets of a message (RFC 5321 §4.5.3.2.4).
    package var dataInitiationTimeoutSeconds = 120

    /// How long to wait between octets of a message (RFC 5321 §4.5.3.2.5).
    package var dataBlockTimeoutSeconds = 180

    /// The limits that fit most.
    package init() {}
}
