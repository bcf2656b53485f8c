/// What one connection may use, and how long.
public struct ConnectionLimits: Sendable {
    /// Input kept for a session that is busy, in octets; beyond it the socket is not read. Must exceed the session's longest
    /// unit (RFC 5321 §4.5.3.1: command line 512, text line 1000; RFC 4954 §4: 12,288 for AUTH).
    public var inputBytesMax = 64 * 1024
    /// What is inflated at once of the input of a compressed connection, in octets.
    public var inflatedBytesMax = 16 * 1024
    /// Replies are handed to the socket when they reach this, even if more input waits.
    public var repliesBytesMax = 64 * 1024
    /// Octets that must arrive within the session's read timeout when they do not yet complete a step.
    public var progressBytesMin = 1024
    /// For the peer to read what we wrote (RFC 5321 §4.5.3.2 gives 2 to 10 minutes for a step).
    public var writeTimeoutSeconds: Int64 = 180
    /// For the TLS handshake.
    public var handshakeTimeoutSeconds: Int64 = 30
    /// For the peer to close after our last words.
    public var closeTimeoutSeconds: Int64 = 10
    /// The same when the server stops: its end waits for nobody who only has to close.
    public var stopTimeoutSeconds: Int64 = 1
    /// A session is ended at its next pause when it is older.
    public var sessionSecondsMax: Int64 = 4 * 3600

    /// The defaults.
    public init() {}
}
