/// What fetching from elsewhere may take.
package struct FetchLimits: Sendable {
    /// Accounts that are looked at at one time.
    package var runsMax = 8
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
    /// Folders of one account.
    package var foldersMax = 10_000
    /// Messages on their way into the store.
    package var underWayMax = 64
    /// Their octets.
    package var underWayOctetsMax: Int64 = 16 << 20

    /// The limits as they stand above.
    package init() {}
}
