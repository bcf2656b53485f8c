package import MailCore

extension DNSClient {
    /// IPv6 and IPv4 addresses, those of IPv6 first.
    ///
    /// Secure when both answers are. When one of the two questions fails, the other's addresses are there all the same; when
    /// neither has addresses, a failure that may pass counts more than that there are none.
    package func addresses(of name: DNSName) async throws(DNSError) -> DNSAnswer<[IPAddress]> {
        if let known = known(name, nil) { return known }
        async let sixes = outcome(name, .aaaa)
        async let fours = outcome(name, .a)
        return try DNSClient.together(
            await sixes.flatMap { DNSClient.addresses($0, .v6) }, await fours.flatMap { DNSClient.addresses($0, .v4) })
    }

    /// Addresses of one family.
    package func addresses(
        of name: DNSName, family: IPAddress.Family
    ) async throws(DNSError) -> DNSAnswer<[IPAddress]> {
        if let known = known(name, family) { return known }
        return try await outcome(name, family == .v4 ? .a : .aaaa).flatMap { DNSClient.addresses($0, family) }.get()
    }

    /// IPv6 and IPv4 addresses, those of IPv6 first.
    package func addresses(of host: Domain) async throws(DNSError) -> DNSAnswer<[IPAddress]> {
        try await addresses(of: try DNSClient.name(host))
    }

    /// Addresses of one family.
    package func addresses(
        of host: Domain, family: IPAddress.Family
    ) async throws(DNSError) -> DNSAnswer<[IPAddress]> {
        try await addresses(of: try DNSClient.name(host), family: family)
    }

    /// From the hosts file; nil when it has none.
    private func known(_ name: DNSName, _ family: IPAddress.Family?) -> DNSAnswer<[IPAddress]>? {
        let addresses = hosts.addresses(of: name, family: family)
        guard !addresses.isEmpty else { return nil }
        return DNSAnswer(
            records: addresses, security: .insecure, ttlSeconds: 0, canonicalName: Domain(name.text))
    }

    private static func addresses(
        _ answer: DNSAnswer<[[UInt8]]>, _ family: IPAddress.Family
    ) -> Result<DNSAnswer<[IPAddress]>, DNSError> {
        let addresses = answer.records.compactMap { IPAddress(octets: $0) }.filter { $0.family == family }
        return addresses.isEmpty ? .failure(.malformed) : .success(answer.with(addresses))
    }

    private static func together(
        _ first: Result<DNSAnswer<[IPAddress]>, DNSError>, _ second: Result<DNSAnswer<[IPAddress]>, DNSError>
    ) throws(DNSError) -> DNSAnswer<[IPAddress]> {
        switch (first, second) {
        case (.success(let one), .success(let other)):
            return DNSAnswer(
                records: one.records + other.records, security: one.security.together(with: other.security),
                ttlSeconds: min(one.ttlSeconds, other.ttlSeconds), canonicalName: one.canonicalName)
        case (.success(let answer), .failure(let error)), (.failure(let error), .success(let answer)):
            return DNSAnswer(
                records: answer.records, security: answer.security.together(with: error.security ?? answer.security),
                ttlSeconds: answer.ttlSeconds, canonicalName: answer.canonicalName)
        case (.failure(let one), .failure(let other)):
            throw one.permanence == .temporary ? one : other
        }
    }
}
