/// What kind of records is asked for (RFC 1035 §3.2.2).
package struct DNSRecordType: RawRepresentable, Hashable, Sendable {
    /// The number in the registry of the IANA.
    package let rawValue: UInt16
    /// From a number.
    package init(rawValue: UInt16) { self.rawValue = rawValue }

    /// An IPv4 address.
    package static let a = DNSRecordType(rawValue: 1)
    /// A name server of a zone.
    package static let ns = DNSRecordType(rawValue: 2)
    /// The name that this one is an alias of.
    package static let cname = DNSRecordType(rawValue: 5)
    /// The beginning of a zone.
    package static let soa = DNSRecordType(rawValue: 6)
    /// The name of an address.
    package static let ptr = DNSRecordType(rawValue: 12)
    /// A host that takes mail.
    package static let mx = DNSRecordType(rawValue: 15)
    /// Text.
    package static let txt = DNSRecordType(rawValue: 16)
    /// An IPv6 address (RFC 3596 §2.1).
    package static let aaaa = DNSRecordType(rawValue: 28)
    /// A host and port of a service (RFC 2782).
    package static let srv = DNSRecordType(rawValue: 33)
    /// A certificate of a server (RFC 6698 §7.1).
    package static let tlsa = DNSRecordType(rawValue: 52)
}
