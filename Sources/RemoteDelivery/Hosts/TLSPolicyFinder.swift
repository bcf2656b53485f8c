internal import DNSClient
internal import MailCore
internal import SenderAuthentication
internal import ServerConfiguration

/// What a host's TLS has to be like for a domain's mail: by the domain's own word (DANE, MTA-STS) where it is published,
/// else by ours.
struct TLSPolicyFinder: Sendable {
    let dns: DNSClient
    let lookup: OutboundConfiguration.PolicyLookup
    let roots: TrustRoots

    /// A policy, or that the host may not be used at all.
    enum Finding: Sendable {
        case policy(TLSPolicy)
        /// MTA-STS does not name this host (RFC 8461 §5).
        case hostForbidden
        /// DNSSEC says that there are TLSA records and does not show them (RFC 7672 §2.1.2).
        case recordsUnknown(DNSError)
    }

    /// The policy for one host of a domain.
    ///
    /// - Parameter domainPolicy: the domain's MTA-STS policy, if it has one.
    func policy(
        _ host: MailHost, addressSecurity: DNSSecurity, port: Int, _ route: Route, _ domain: Domain?,
        _ domainPolicy: MTASTSPolicy?
    ) async -> Finding {
        if lookup == .followed, host.security == .secure, addressSecurity == .secure {
            // RFC 7672 §2.2: DANE goes before MTA-STS (RFC 8461 §2).
            do throws(DNSError) {
                let answer = try await dns.tlsa(port: port, host: host.name)
                if answer.security == .secure {
                    return .policy(
                        .dane(
                            answer.records.compactMap { DANERecord($0) },
                            names: [host.name] + (domain.map { [$0] } ?? [])))
                }
            } catch {
                if error.permanence == .temporary { return .recordsUnknown(error) }
            }
        }
        if let domainPolicy, domainPolicy.mode == .enforce {
            guard domainPolicy.allows(host.name) else { return .hostForbidden }
            return .policy(.verified([host.name], roots))
        }
        // RFC 8689 §4.2.1: without DANE and MTA-STS, the certificate has to be for the host.
        if route.requireTLS == .required { return .policy(.verified([host.name], roots)) }
        switch route.tls {
        case .opportunistic:
            let isTested = domainPolicy?.mode == .testing && domainPolicy?.allows(host.name) == true
            return .policy(isTested ? .testing([host.name], roots) : .opportunistic)
        case .required: return .policy(.required)
        case .verified: return .policy(.verified([host.name], roots))
        }
    }
}
