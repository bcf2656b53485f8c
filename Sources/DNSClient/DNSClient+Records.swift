package import MailCore

extension DNSClient {
    /// The hosts that take the domain's mail, the preferred first; records that name no host are left out.
    ///
    /// Among equals the order is that of the answer: whoever sends shuffles them (RFC 5321 §5.1).
    package func mx(_ name: DNSName) async throws(DNSError) -> DNSAnswer<[MXRecord]> {
        let answer = try await records(name, .mx) { MXRecord(data: $0) }
        return answer.with(answer.records.sorted { $0.preference < $1.preference })
    }

    /// Text records.
    package func txt(_ name: DNSName) async throws(DNSError) -> DNSAnswer<[TXTRecord]> {
        try await records(name, .txt) { TXTRecord(data: $0) }
    }

    /// The names of an address. Anybody can claim any name there: a name counts when it has the address.
    package func ptr(_ address: IPAddress) async throws(DNSError) -> DNSAnswer<[Domain]> {
        try await records(DNSName(reverseOf: address), .ptr) { DNSClient.host($0) }
    }

    /// The name that this one is an alias of; one step.
    package func cname(_ name: DNSName) async throws(DNSError) -> DNSAnswer<[Domain]> {
        try await records(name, .cname) { DNSClient.host($0) }
    }

    /// Which certificates the server at a TCP port of a host may show (RFC 6698 §3, RFC 7672). An insecure answer means
    /// nothing: look at its `security`.
    package func tlsa(port: Int, host: Domain) async throws(DNSError) -> DNSAnswer<[TLSARecord]> {
        guard !host.isAddressLiteral, let name = DNSName("_\(port)._tcp.\(host.ascii)") else { throw .notAName }
        return try await records(name, .tlsa) { TLSARecord(data: $0) }
    }

    private static func host(_ data: [UInt8]) -> Domain? {
        var reader = RecordDataReader(data)
        guard case .host(let host) = reader.name(), reader.isAtEnd else { return nil }
        return host
    }

    /// Decodes what can be decoded; `.malformed` when nothing can.
    func records<Record: Sendable>(
        _ name: DNSName, _ type: DNSRecordType, _ decode: ([UInt8]) -> Record?
    ) async throws(DNSError) -> DNSAnswer<[Record]> {
        let answer = try await lookup(name, type)
        let records = answer.records.compactMap(decode)
        guard !records.isEmpty else { throw .malformed }
        return answer.with(records)
    }
}

// MARK: The same for domains of mail

extension DNSClient {
    /// The hosts that take the domain's mail, the preferred first; records that name no host are left out.
    package func mx(_ domain: Domain) async throws(DNSError) -> DNSAnswer<[MXRecord]> {
        try await mx(try DNSClient.name(domain))
    }

    /// Text records.
    package func txt(_ domain: Domain) async throws(DNSError) -> DNSAnswer<[TXTRecord]> {
        try await txt(try DNSClient.name(domain))
    }

    /// The name that this one is an alias of; one step.
    package func cname(_ domain: Domain) async throws(DNSError) -> DNSAnswer<[Domain]> {
        try await cname(try DNSClient.name(domain))
    }

    /// An address literal is no name.
    static func name(_ domain: Domain) throws(DNSError) -> DNSName {
        guard let name = DNSName(domain) else { throw .notAName }
        return name
    }
}
