package import MailCore

/// A host that takes a domain's mail (RFC 1035 §3.3.9, RFC 5321 §5.1).
package struct MXRecord: Hashable, Sendable {
    /// The lowest is tried first.
    package let preference: UInt16
    /// The host; nil is the root's name, with which a domain says that it takes no mail (RFC 7505 §3).
    package let exchange: Domain?

    /// Puts the parts together.
    package init(preference: UInt16, exchange: Domain?) {
        self.preference = preference
        self.exchange = exchange
    }

    /// - Returns: nil when it is malformed, or names what can be no host.
    init?(data: [UInt8]) {
        var reader = RecordDataReader(data)
        guard let preference = reader.uint16(), let name = reader.name(), reader.isAtEnd else { return nil }
        switch name {
        case .root: self.init(preference: preference, exchange: nil)
        case .host(let host): self.init(preference: preference, exchange: host)
        case .other: return nil
        }
    }
}
