/// Limits of connections on which changes are told.
package struct JMAPPushLimits: Sendable {
    /// Connections of one account.
    package var listenersMax = 32
    /// Seconds between pings, whatever the client asks for (RFC 8620 §7.3).
    package var pingSecondsMin: Int64 = 10
    package var pingSecondsMax: Int64 = 900
    /// Seconds in which a client must take what is told; one that does not is left.
    package var writeSecondsMax: Int64 = 30
    /// Octets of the list of types.
    package var typesOctetsMax = 2000

    /// The defaults.
    package init() {}
}
