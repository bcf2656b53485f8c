/// What one IMAP connection may cost.
package struct IMAPLimits: Hashable, Sendable {
    /// The text of a command without its literals. RFC 7162 §4 asks for 8,192; a client that names many messages by
    /// number needs more.
    package var commandTextOctetsMax = 65_536
    /// The same before login.
    package var loginTextOctetsMax = 8_192
    /// A line of an AUTHENTICATE exchange: 12,288 octets of base64, as in POP3 and SMTP.
    package var authenticationLineOctetsMax = 12_288
    /// All literals of one command together that are kept in memory: names, search strings, metadata. Messages are not
    /// among them.
    package var literalOctetsMax = 262_144
    /// The same before login.
    package var loginLiteralOctetsMax = 4_096
    /// Literals of one command, messages not counted.
    package var literalsMax = 64
    /// A non-synchronizing literal where LITERAL- is announced (RFC 7888 §5).
    package var nonSynchronizingOctetsMax = 4_096
    /// A message that APPEND brings (RFC 7889).
    package var messageOctetsMax: UInt64 = 52_428_800
    /// Messages of one APPEND (RFC 3502).
    package var messagesPerAppendMax = 100
    /// Parts of one CATENATE (RFC 4469).
    package var partsPerMessageMax = 100
    /// How much of a refused command is read and thrown away before the connection is closed instead.
    package var drainedOctetsMax: UInt64 = 67_108_864
    /// Parentheses within parentheses in search keys; `NOT`, `OR` and `FUZZY` count too.
    package var searchDepthMax = 32
    /// Search keys of one command.
    package var searchKeysMax = 2_000
    /// Items of any other list: attributes, flags, mailboxes, entries.
    package var listItemsMax = 1_000
    /// Numbers in a part's path.
    package var sectionDepthMax = 64
    /// Fields of ID (RFC 2971 §3.3).
    package var identificationFieldsMax = 30
    /// A mailbox's name in UTF-8.
    package var mailboxNameOctetsMax = 1_000
    /// Refused logins before the connection is closed.
    package var failedLoginsMax = 3
    /// Commands in a row answered by BAD before the connection is closed.
    package var badCommandsMax = 20
    /// Silence that ends a connection before login.
    package var loginTimeoutSeconds = 180
    /// Silence that ends a session (RFC 9051 §5.4: at least 30 minutes).
    package var sessionTimeoutSeconds = 1_860
    /// Silence within a command's literal.
    package var literalTimeoutSeconds = 300
    /// Messages whose flags changed untold, one by one; with more, the session reads what changed from the store.
    package var pendingFlagChangesMax = 4_096

    /// The limits as they stand above.
    package init() {}
}
