internal import DNSClient
internal import MailCore

/// A host that takes mail, before its addresses are known.
struct MailHost: Sendable, Hashable {
    /// A name, or an address literal.
    let name: Domain
    /// Whether the DNS proves that this host is meant: what DANE needs (RFC 7672 §2.2.1).
    let security: DNSSecurity
}

/// Finds the hosts of a domain, and their addresses.
struct HostFinder: Sendable {
    let dns: DNSClient
    /// Our own name: hosts that are no better than ourselves are not tried (RFC 5321 §5.1).
    let hostname: Domain

    /// Hosts that are tried for one message; a domain may name any number.
    static let hostsMax = 20

    /// The hosts in the order in which they are tried: by preference, equal ones by chance (RFC 5321 §5.1).
    func hosts(of domain: Domain) async throws(DialFailure) -> [MailHost] {
        guard !domain.isAddressLiteral else { return [MailHost(name: domain, security: .insecure)] }
        let answer: DNSAnswer<[MXRecord]>
        do throws(DNSError) {
            answer = try await dns.mx(domain)
        } catch {
            return try hosts(of: domain, without: error)
        }
        // RFC 7505 §3; the code is that of §4.2.
        guard !answer.isNullMX else {
            throw DialFailure(.local(.permanent, 1, 10, "\(domain) says that it takes no mail (null MX)"))
        }
        return try Self.order(answer.records, domain, own: hostname, answer.security)
    }

    /// Without MX records the domain itself is the host (RFC 5321 §5.1); whether it exists, its addresses tell.
    private func hosts(of domain: Domain, without error: DNSError) throws(DialFailure) -> [MailHost] {
        switch error {
        case .noData(let security): return [MailHost(name: domain, security: security)]
        case .noSuchDomain, .notAName:
            throw DialFailure(.local(.permanent, 1, 2, "\(domain): \(error)"))
        default:
            throw DialFailure(.local(.temporary, 4, 3, "\(domain): \(error)"))
        }
    }

    static func order(
        _ records: [MXRecord], _ domain: Domain, own: Domain, _ security: DNSSecurity
    ) throws(DialFailure) -> [MailHost] {
        // Shuffled, then sorted by preference: the sort is stable.
        var sorted = records.compactMap { record in record.exchange.map { (record.preference, $0) } }.shuffled()
        sorted.sort { $0.0 < $1.0 }
        if let ours = sorted.first(where: { $0.1 == own }) { sorted.removeAll { $0.0 >= ours.0 } }
        guard !sorted.isEmpty else { throw .loop(domain) }
        var seen: Set<Domain> = []
        return sorted.filter { seen.insert($0.1).inserted }.prefix(hostsMax).map {
            MailHost(name: $0.1, security: security)
        }
    }

    /// The addresses of a host: of both families, taking turns.
    func addresses(of host: Domain) async throws(DialFailure) -> (addresses: [IPAddress], security: DNSSecurity) {
        if let literal = IPAddress(literal: host) { return ([literal], .insecure) }
        do throws(DNSError) {
            let answer = try await dns.addresses(of: host)
            return (answer.records.takingTurns, answer.security)
        } catch {
            let reply: RemoteReply =
                error.permanence == .permanent
                ? .local(.permanent, 4, 4, "\(host) has no address: \(error)")
                : .local(.temporary, 4, 3, "\(host): \(error)")
            throw DialFailure(reply, host: RemoteHost(host))
        }
    }
}

extension DialFailure {
    /// The mail would come back here (RFC 5321 §5.1).
    static func loop(_ domain: Domain) -> DialFailure {
        DialFailure(
            .local(
                .permanent, 4, 6,
                "mail for \(domain) leads back to this server, which does not take it: its MX records name this host"))
    }
}

extension IPAddress {
    /// From `[192.0.2.1]` or `[IPv6:2001:db8::1]` (RFC 5321 §4.1.3).
    init?(literal domain: Domain) {
        guard domain.isAddressLiteral else { return nil }
        let inner = domain.ascii.dropFirst().dropLast()
        self.init(inner.lowercased().hasPrefix("ipv6:") ? inner.dropFirst(5) : inner)
    }
}

extension [IPAddress] {
    /// One of IPv6, one of IPv4 and so on: whichever works comes soon.
    var takingTurns: [IPAddress] {
        let six = filter { $0.family == .v6 }
        let four = filter { $0.family == .v4 }
        var mixed: [IPAddress] = []
        for index in 0..<Swift.max(six.count, four.count) {
            if index < six.count { mixed.append(six[index]) }
            if index < four.count { mixed.append(four[index]) }
        }
        return mixed
    }
}
