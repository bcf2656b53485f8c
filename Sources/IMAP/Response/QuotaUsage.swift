/// What is used of a resource, and how much may be (RFC 9208 §4.2.1).
package struct QuotaUsage: Hashable, Sendable {
    /// What is counted.
    package let resource: QuotaResource
    /// In the resource's units, rounded up.
    package let usage: UInt64
    /// In the resource's units.
    package let limit: UInt64

    /// As above.
    package init(_ resource: QuotaResource, usage: UInt64, limit: UInt64) {
        self.resource = resource
        self.usage = usage
        self.limit = limit
    }
}
