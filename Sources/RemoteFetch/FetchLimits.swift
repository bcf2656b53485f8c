package import RemoteLinks

/// What fetching from elsewhere may take.
package struct FetchLimits: Sendable {
    /// Accounts that are looked at at one time.
    package var runsMax = 8
    /// What each connection may take.
    package var links = RemoteLinkLimits()
    /// Folders of one account.
    package var foldersMax = 10_000
    /// Messages on their way into the store.
    package var underWayMax = 64
    /// Their octets.
    package var underWayOctetsMax: Int64 = 16 << 20

    /// The limits as they stand above.
    package init() {}
}
