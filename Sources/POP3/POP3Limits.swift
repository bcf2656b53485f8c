/// What one POP3 connection may cost.
package struct POP3Limits: Hashable, Sendable {
    /// A command line with its CRLF. RFC 2449 §4 asks for 255; a USER with an address of the longest kind (254 octets,
    /// RFC 5321 §4.5.3.1) needs 261.
    package var commandLineOctetsMax = 512
    /// A line of an AUTH command or exchange with its CRLF: 12,288 octets of base64 (RFC 5034 §4).
    package var authenticationLineOctetsMax = 12_288 + 2
    /// How much of an overlong line is skipped before the connection is closed.
    package var skippedOctetsMax = 65_536
    /// Refused logins before the connection is closed.
    package var failedLoginsMax = 3
    /// Commands in a row that we cannot carry out before the connection is closed.
    package var badCommandsMax = 20
    /// Silence that ends a connection before login. RFC 1939 §3 asks for 10 minutes without saying in which state; a
    /// client that has not logged in holds no maildrop and has nothing to wait for.
    package var loginTimeoutSeconds = 180
    /// Silence that ends a session (RFC 1939 §3: at least 10 minutes). Nothing is deleted then.
    package var transactionTimeoutSeconds = 600
    /// Where a listing pauses, so that it is written as the client reads it.
    package var listingChunkOctets = 16_384

    /// The limits as they stand above.
    package init() {}
}
