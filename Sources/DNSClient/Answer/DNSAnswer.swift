package import MailCore

/// Records that were found; that there are none is an error, `DNSError.noData` or `.noSuchDomain`.
package struct DNSAnswer<Records: Sendable>: Sendable {
    /// What was asked for, at least one.
    package let records: Records
    /// Whether it is signed; for the whole chain of aliases.
    package let security: DNSSecurity
    /// For how long it may be used, in seconds. The client keeps it so long itself.
    package let ttlSeconds: Int
    /// The name that has the records, after all aliases (CNAME); nil when that is no host name.
    package let canonicalName: Domain?

    /// Puts the parts together.
    package init(records: Records, security: DNSSecurity, ttlSeconds: Int, canonicalName: Domain?) {
        self.records = records
        self.security = security
        self.ttlSeconds = ttlSeconds
        self.canonicalName = canonicalName
    }

    /// The same answer with other records.
    func with<Others: Sendable>(_ others: Others) -> DNSAnswer<Others> {
        DNSAnswer<Others>(
            records: others, security: security, ttlSeconds: ttlSeconds, canonicalName: canonicalName)
    }
}

extension DNSAnswer where Records == [MXRecord] {
    /// Whether the domain says that it takes no mail at all (RFC 7505 §3).
    package var isNullMX: Bool { records.count == 1 && records[0].exchange == nil }
}
