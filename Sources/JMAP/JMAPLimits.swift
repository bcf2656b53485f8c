/// The limits that the session object announces (RFC 8620 §2), and some of our own.
package struct JMAPLimits: Sendable {
    /// maxSizeUpload: octets of a file.
    package var uploadOctetsMax: Int64 = 100 << 20
    /// maxConcurrentUpload, of one account.
    package var uploadsMax = 4
    /// maxSizeRequest: octets of a request.
    package var requestOctetsMax = 10 << 20
    /// maxConcurrentRequests, of one account.
    package var requestsMax = 16
    /// maxCallsInRequest.
    package var callsMax = 64
    /// maxObjectsInGet.
    package var objectsInGetMax = 1000
    /// maxObjectsInSet.
    package var objectsInSetMax = 1000
    /// Records that a query tells of at once; more are another query's.
    package var queryResultsMax = 10_000
    /// Changes that are told of at once.
    package var changesMax = 10_000
    /// FilterOperators within each other.
    package var filterDepthMax = 16
    /// Conditions of a filter.
    package var filterConditionsMax = 256
    /// Octets of all responses to one request.
    package var responseOctetsMax = 64 << 20

    /// The defaults; those of RFC 8620 §2 are at least as small as it suggests.
    package init() {}
}
