package import DNSClient
package import Delivery
package import Directory
package import Logging
package import MailCore
package import NIOCore
internal import SASL
internal import SMTP
internal import SenderAuthentication
package import ServerConfiguration
internal import ServerRuntime
package import Storage

/// Reaches servers over the network: finds a route's hosts, tries one address after the other.
package struct NetworkDialer: OutboundDialer {
    let finder: HostFinder
    let policies: TLSPolicyFinder
    let mtaSTS: MTASTSPolicies?
    let own: OwnAddresses
    let configuration: OutboundConfiguration
    let sender: MessageSender
    let executors: LoopExecutors
    let local: LocalDelivery
    let logger: Logger

    /// What it takes to reach others.
    package struct Parts: Sendable {
        package var dns: DNSClient
        package var hostname: Domain
        package var own: OwnAddresses
        package var configuration: OutboundConfiguration
        package var store: Store
        package var directory: Directory
        package var delivery: Delivery
        package var mtaSTS: MTASTSPolicies?
        package var group: any EventLoopGroup
        package var now: @Sendable () -> Int64
        package var logger: Logger
        /// Whose signature counts for a server's certificate.
        package var roots = TrustRoots.system

        package init(
            dns: DNSClient, hostname: Domain, own: OwnAddresses, configuration: OutboundConfiguration, store: Store,
            directory: Directory, delivery: Delivery, mtaSTS: MTASTSPolicies?, group: any EventLoopGroup,
            now: @escaping @Sendable () -> Int64, logger: Logger
        ) {
            self.dns = dns
            self.hostname = hostname
            self.own = own
            self.configuration = configuration
            self.store = store
            self.directory = directory
            self.delivery = delivery
            self.mtaSTS = mtaSTS
            self.group = group
            self.now = now
            self.logger = logger
        }
    }

    /// Puts the parts together.
    package init(_ parts: Parts) {
        finder = HostFinder(dns: parts.dns, hostname: parts.hostname)
        policies = TLSPolicyFinder(dns: parts.dns, lookup: parts.configuration.policies, roots: parts.roots)
        mtaSTS = parts.configuration.policies == .followed ? parts.mtaSTS : nil
        own = parts.own
        configuration = parts.configuration
        sender = MessageSender(
            store: parts.store, directory: parts.directory, now: parts.now, logger: parts.logger)
        executors = LoopExecutors(parts.group)
        local = LocalDelivery(
            store: parts.store, directory: parts.directory, delivery: parts.delivery, now: parts.now)
        logger = parts.logger
    }

    package func isOurs(_ domain: Domain) async -> Bool { await local.isOurs(domain) }

    /// Addresses that are tried for one message: RFC 5321 §5.1 asks for two at least.
    private static let addressesMax = 12

    package func open(_ route: Route) async throws(DialFailure) -> any OutboundLink {
        switch route.hop {
        case .exchangers(let domain): try await openExchanger(route, domain)
        case .smarthost(let relay): try await openSmarthost(route, relay)
        case .here: local
        }
    }

    // MARK: A domain's hosts

    private func openExchanger(_ route: Route, _ domain: Domain) async throws(DialFailure) -> any OutboundLink {
        let hosts = try await finder.hosts(of: domain)
        let policy = await mtaSTS?.policy(of: domain)
        var failures = DialFailures(domain)
        var tried = 0
        for host in hosts {
            let found: (addresses: [IPAddress], security: DNSSecurity)
            do throws(DialFailure) {
                found = try await finder.addresses(of: host.name)
            } catch {
                failures.add(error)
                continue
            }
            let tls: TLSPolicy
            switch await policies.policy(
                host, addressSecurity: found.security, port: configuration.port, route, domain, policy)
            {
            case .policy(let found): tls = found
            case .hostForbidden:
                failures.add(.forbidden(host.name, domain))
                continue
            case .recordsUnknown(let error):
                failures.add(
                    DialFailure(
                        .local(.temporary, 7, 5, "TLSA records of \(host.name): \(error)"), host: RemoteHost(host.name))
                )
                continue
            }
            if policy?.mode == .testing, policy?.allows(host.name) == false, !tls.isDANE {
                noteTested("the policy does not name the host", host.name, of: domain)
            }
            for address in found.addresses {
                let endpoint = SocketEndpoint(address: address, port: configuration.port)
                // What stands behind ourselves in the list is no better than we are.
                if own.contains(endpoint) { throw failures.result ?? .loop(domain) }
                guard tried < Self.addressesMax else { throw failures.result ?? .loop(domain) }
                tried += 1
                do throws(DialFailure) {
                    return try await connect(Target(name: host.name, domain: domain, endpoint: endpoint, tls: tls))
                } catch {
                    failures.add(error)
                }
            }
        }
        throw failures.result ?? .loop(domain)
    }

    // MARK: A smarthost

    private func openSmarthost(
        _ route: Route, _ relay: RelayConfiguration
    ) async throws(DialFailure) -> any OutboundLink {
        guard let name = Domain(relay.host) ?? Domain("[\(relay.host)]") ?? Domain("[IPv6:\(relay.host)]") else {
            throw DialFailure(.local(.temporary, 3, 5, "the smarthost \(relay.host) is no host"))
        }
        let known = IPAddress(relay.host).map { ([$0], DNSSecurity.insecure) }
        let found: (addresses: [IPAddress], security: DNSSecurity)
        if let known { found = known } else { found = try await finder.addresses(of: name) }
        var failures = DialFailures(name)
        for address in found.addresses.prefix(Self.addressesMax) {
            let endpoint = SocketEndpoint(address: address, port: relay.port)
            if own.contains(endpoint) {
                throw DialFailure(.local(.temporary, 3, 5, "the smarthost \(relay.host):\(relay.port) is this server"))
            }
            let target = Target(
                name: name, domain: name, endpoint: endpoint, tls: tls(of: relay, name, route),
                start: relay.tls == .implicit ? .implicit : .startTLS,
                credentials: relay.credentials)
            do throws(DialFailure) {
                return try await connect(target)
            } catch {
                failures.add(error)
            }
        }
        // Whatever is wrong with our own smarthost, it is no fault of the message.
        throw failures.result.map { $0.madeTemporary }
            ?? DialFailure(.local(.temporary, 4, 1, "no answer from \(name)"))
    }

    /// A password goes to nobody but the server that was meant.
    private func tls(of relay: RelayConfiguration, _ name: Domain, _ route: Route) -> TLSPolicy {
        if relay.credentials != nil || route.tls == .verified || route.requireTLS == .required {
            return .verified([name], policies.roots)
        }
        return relay.tls == .implicit || route.tls == .required ? .required : .opportunistic
    }

    // MARK: One address

    /// An address of a host, and how it is reached.
    private struct Target {
        let name: Domain
        /// Whose mail it gets; a smarthost's is its own name.
        let domain: Domain
        let endpoint: SocketEndpoint
        let tls: TLSPolicy
        var start = TLSStart.startTLS
        var credentials: RelayConfiguration.Credentials?
    }

    private func connect(_ target: Target) async throws(DialFailure) -> any OutboundLink {
        do throws(SMTPSessionFailure) {
            return try await link(target, target.tls)
        } catch .tlsHandshakeFailed(let reason) where target.tls.isOpportunistic && target.start == .startTLS {
            // RFC 7435 §3: better in the clear than not at all, where nobody asked for more.
            logger.info(
                "TLS handshake failed, trying without",
                metadata: ["host": "\(target.name)", "reason": "\(reason)"])
            if case .testing = target.tls { noteTested(reason, target.name, of: target.domain) }
            do throws(SMTPSessionFailure) {
                return try await link(target, .none)
            } catch {
                throw DialFailure(error, target.name, target.endpoint)
            }
        } catch {
            throw DialFailure(error, target.name, target.endpoint)
        }
    }

    private func link(_ target: Target, _ tls: TLSPolicy) async throws(SMTPSessionFailure) -> NetworkLink {
        guard let address = try? SocketAddress(ipAddress: target.endpoint.address.text, port: target.endpoint.port)
        else { throw .notConnected("\(target.endpoint) is no address") }
        var settings = SMTPConnectionSettings(
            address: address, serverName: target.name, clientName: finder.hostname.ascii)
        let source = configuration.sourceAddresses.first { $0.family == target.endpoint.address.family }
        settings.sourceAddress = source.flatMap { try? SocketAddress(ipAddress: $0.text, port: 0) }
        settings.tls = tls
        settings.tlsStart = target.start
        settings.credentials = target.credentials.map {
            SASLClientCredentials(userName: $0.user, password: SecretBytes(Array($0.password.utf8)))
        }
        let connection = try await SMTPClientConnection.open(settings, on: executors.next())
        if case .testing = tls, let reason = connection.testFailure {
            noteTested(reason, target.name, of: target.domain)
        }
        return NetworkLink(connection, sender, host: RemoteHost(target.name, target.endpoint))
    }

    /// The mode `testing` stops nothing, but what `enforce` would have stopped is told (RFC 8461 §5).
    private func noteTested(_ reason: String, _ host: Domain, of domain: Domain) {
        logger.notice(
            "the MTA-STS policy would have stopped this, were it not in testing",
            metadata: ["domain": "\(domain)", "host": "\(host)", "reason": "\(reason)"])
    }
}

extension SMTPClientConnection {
    /// Why a policy in `testing` is not met; nil when it is.
    fileprivate var testFailure: String? {
        guard let tls else { return "the server does not offer TLS" }
        if case .failed(let reason) = tls.authentication { return reason }
        return nil
    }
}

extension TLSPolicy {
    var isDANE: Bool {
        if case .dane = self { true } else { false }
    }

    var isOpportunistic: Bool {
        switch self {
        case .opportunistic, .testing: true
        case .none, .required, .verified, .dane: false
        }
    }
}
