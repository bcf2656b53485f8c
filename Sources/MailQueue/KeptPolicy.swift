/// The TLS policy of another domain (MTA-STS, RFC 8461), as it is kept over a restart.
public struct KeptPolicy: Sendable, Hashable {
    /// Whose it is, in ASCII.
    public var domain: String
    /// The id of the record with which it was read.
    public var id: String
    /// Its text.
    public var text: String
    /// When it was read, in seconds since 1970.
    public var fetchedAt: Int64

    /// A policy.
    public init(domain: String, id: String, text: String, fetchedAt: Int64) {
        self.domain = domain
        self.id = id
        self.text = text
        self.fetchedAt = fetchedAt
    }
}
