/// What one connection to a server elsewhere may take.
package struct RemoteLinkLimits: Sendable {
    /// For a connection to come about.
    package var connectTimeoutSeconds: Int64 = 30
    /// For the TLS handshake.
    package var handshakeTimeoutSeconds: Int64 = 30
    /// Silence of a server that owes an answer; large maildrops take long to list.
    package var silenceSecondsMax: Int64 = 180
    /// Octets that wait to be taken before the socket is not read any more.
    package var inputOctetsMax = 262_144
    /// Octets of one message; a larger one is left where it is.
    package var messageOctetsMax: Int64 = 1 << 30

    /// The limits as they stand above.
    package init() {}
}
