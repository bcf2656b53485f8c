package import MailCore

/// Where a service is (RFC 2782).
package struct SRVRecord: Hashable, Sendable {
    /// The lowest is tried first.
    package let priority: UInt16
    /// Among equals, how often.
    package let weight: UInt16
    /// The port.
    package let port: UInt16
    /// The host; nil for `.`: the service is decidedly not there.
    package let target: Domain?

    /// Puts the parts together.
    package init(priority: UInt16, weight: UInt16, port: UInt16, target: Domain?) {
        self.priority = priority
        self.weight = weight
        self.port = port
        self.target = target
    }

    /// Reads a record's data; nil when it makes no sense.
    init?(data: [UInt8]) {
        var reader = RecordDataReader(data)
        guard let priority = reader.uint16(), let weight = reader.uint16(), let port = reader.uint16(),
            let name = reader.name(), reader.isAtEnd
        else { return nil }
        switch name {
        case .root: self.init(priority: priority, weight: weight, port: port, target: nil)
        case .host(let host): self.init(priority: priority, weight: weight, port: port, target: host)
        case .other: return nil
        }
    }
}

extension DNSClient {
    /// Where a service is: SRV at `_service._tcp.domain`.
    ///
    /// - Throws: `DNSError`.
    package func srv(_ name: DNSName) async throws(DNSError) -> DNSAnswer<[SRVRecord]> {
        try await records(name, .srv) { SRVRecord(data: $0) }
    }
}
