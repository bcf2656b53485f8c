internal import Delivery
internal import RemoteAccounts
internal import Storage

/// What runs of all accounts share.
struct FetchParts: Sendable {
    let store: Store
    let accounts: RemoteAccounts
    let delivery: Delivery
    let limits: FetchLimits
    let metrics: FetchMetrics
    /// Seconds since 1970.
    let now: @Sendable () -> Int64
}
