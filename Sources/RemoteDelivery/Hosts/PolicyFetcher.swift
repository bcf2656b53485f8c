internal import DNSClient
internal import MailCore
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import NIOSSL
internal import SMTP
internal import SenderAuthentication
internal import Synchronization

/// What reading a policy may take.
struct PolicyFetchLimits: Sendable {
    /// For all of it, so that mail does not wait longer (RFC 8461 §3.3 suggests a minute at most).
    var timeMax = Duration.seconds(20)
    /// For one connection to come about.
    var connectSecondsMax: Int64 = 5
    /// Addresses of the host that are tried.
    var addressesMax = 4
    /// Octets of the policy (RFC 8461 §3.3 suggests 64 KiB).
    var octetsMax = SenderAuthenticationLimits().policyOctetsMax
}

/// Reads the MTA-STS policy of a domain from its host (RFC 8461 §3.3): one GET over HTTPS. No redirect is followed, and
/// nothing comes from a cache.
struct PolicyFetcher: Sendable {
    /// Finds a host's addresses.
    let addresses: @Sendable (Domain) async -> Result<[IPAddress], DNSError>
    let roots: TrustRoots
    let port: Int
    let group: any EventLoopGroup
    var limits = PolicyFetchLimits()

    /// The policy as the domain publishes it.
    func fetch(_ domain: Domain) async throws(PolicyFetchFailure) -> MTASTSPolicy {
        guard let host = Domain("mta-sts.\(domain.ascii)") else { throw .noAddress(.notAName) }
        let octets = try await limitingTime { await read(host) }
        do throws(MTASTSPolicy.Fault) {
            return try MTASTSPolicy(octets)
        } catch {
            throw .malformed(error)
        }
    }

    private func limitingTime(
        _ reading: @escaping @Sendable () async -> Result<[UInt8], PolicyFetchFailure>
    ) async throws(PolicyFetchFailure) -> [UInt8] {
        let first = await withTaskGroup { group in
            group.addTask(operation: reading)
            group.addTask {
                try? await Task.sleep(for: limits.timeMax)
                return .failure(.timedOut)
            }
            defer { group.cancelAll() }
            return await group.next() ?? .failure(.timedOut)
        }
        if Task.isCancelled { throw .cancelled }
        return try first.get()
    }

    /// From the first address that can be connected to.
    private func read(_ host: Domain) async -> Result<[UInt8], PolicyFetchFailure> {
        switch await addresses(host) {
        case .failure(let error):
            return .failure(.noAddress(error))
        case .success(let addresses):
            var failure = PolicyFetchFailure.noAddress(.malformed)
            for address in addresses.takingTurns.prefix(limits.addressesMax) where !Task.isCancelled {
                do throws(PolicyFetchFailure) {
                    return .success(try await octets(host, at: address))
                } catch {
                    failure = error
                }
                guard case .connectionLost = failure else { break }
            }
            return .failure(failure)
        }
    }

    // MARK: One address

    private typealias HTTPChannel = NIOAsyncChannel<HTTPClientResponsePart, HTTPClientRequestPart>

    private func octets(_ host: Domain, at address: IPAddress) async throws(PolicyFetchFailure) -> [UInt8] {
        let refusal = Refusal()
        do {
            let channel = try await ClientBootstrap(group: group)
                .connectTimeout(.seconds(limits.connectSecondsMax))
                .connect(to: try SocketAddress(ipAddress: address.text, port: port)) { channel in
                    channel.eventLoop.makeCompletedFuture { try open(channel, host, refusal) }
                }
            return try await channel.executeThenClose { inbound, outbound in
                try await outbound.write(contentsOf: [.head(request(host)), .end(nil)])
                return try await body(inbound)
            }
        } catch let failure as PolicyFetchFailure {
            throw failure
        } catch {
            if let reason = refusal.reason.withLock({ $0 }) { throw .notVerified(reason) }
            throw .connectionLost("\(error)")
        }
    }

    private func open(_ channel: any Channel, _ host: Domain, _ refusal: Refusal) throws -> HTTPChannel {
        let roots = roots
        let tls = try NIOSSLClientHandler(context: SMTPClientTLS.context(), serverHostname: host.ascii) {
            chain, promise in
            let chain = chain.compactMap { PresentedCertificate($0) }
            promise.completeWithTask {
                do throws(SMTPSessionFailure) {
                    _ = try await ServerAuthenticator.authenticate(chain, .verified([host], roots))
                    return .certificateVerified
                } catch {
                    refusal.reason.withLock { $0 = "\(error)" }
                    return .failed
                }
            }
        }
        try channel.pipeline.syncOperations.addHandler(tls)
        try channel.pipeline.syncOperations.addHTTPClientHandlers()
        return try NIOAsyncChannel(wrappingChannelSynchronously: channel)
    }

    /// Why the certificate was not taken: the TLS library's error does not say.
    private final class Refusal: Sendable {
        let reason = Mutex<String?>(nil)
    }

    private func request(_ host: Domain) -> HTTPRequestHead {
        HTTPRequestHead(
            version: .http1_1, method: .GET, uri: "/.well-known/mta-sts.txt",
            headers: ["Host": host.ascii, "Accept": "text/plain", "Connection": "close"])
    }

    // MARK: The answer

    private func body(_ inbound: NIOAsyncChannelInboundStream<HTTPClientResponsePart>) async throws -> [UInt8] {
        var octets: [UInt8] = []
        for try await part in inbound {
            switch part {
            case .head(let head):
                try Self.accept(head)
            case .body(let piece):
                guard piece.readableBytes <= limits.octetsMax - octets.count else { throw PolicyFetchFailure.tooLarge }
                octets += piece.readableBytesView
            case .end:
                return octets
            }
        }
        throw PolicyFetchFailure.connectionLost("the host closed the connection")
    }

    private static func accept(_ head: HTTPResponseHead) throws(PolicyFetchFailure) {
        guard head.status == .ok else { throw .status(Int(head.status.code)) }
        let type = head.headers.first(name: "Content-Type") ?? ""
        let essence = type.prefix { $0 != ";" }.lowercased()
        guard essence.split(whereSeparator: { $0 == " " || $0 == "\t" }) == ["text/plain"] else {
            throw .contentType(String(type.prefix(60)))
        }
    }
}

extension PolicyFetcher {
    /// Finds addresses in the DNS.
    init(dns: DNSClient, roots: TrustRoots, port: Int, group: any EventLoopGroup) {
        self.init(
            addresses: { host in
                do throws(DNSError) {
                    return .success(try await dns.addresses(of: host).records)
                } catch {
                    return .failure(error)
                }
            }, roots: roots, port: port, group: group)
    }
}
