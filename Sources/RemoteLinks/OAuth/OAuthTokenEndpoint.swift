internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import NIOSSL
package import ServerRuntime
internal import Synchronization

/// The token endpoint of an OAuth 2.0 provider (RFC 6749 §3.2): one POST over HTTPS, whose certificate is checked like a mail
/// server's. No redirect is followed.
package struct OAuthTokenEndpoint: Sendable {
    private let address: HTTPSAddress
    private let authorityFile: String?
    private let limits: RemoteLinkLimits

    /// Octets of an answer.
    private static let answerOctetsMax = 65_536
    /// For all of an exchange.
    private static let exchangeTimeMax = Duration.seconds(60)

    /// - Parameter authorityFile: a PEM file whose certificates are trusted beside the system's.
    package init(_ address: HTTPSAddress, authorityFile: String?, _ limits: RemoteLinkLimits) {
        self.address = address
        self.authorityFile = authorityFile
        self.limits = limits
    }

    /// Gets an access token.
    package func exchange(
        _ refresh: OAuthRefresh, on executor: LoopExecutor
    ) async throws(RemoteFailure) -> OAuthAnswer {
        let first = await withTaskGroup { group in
            group.addTask { () -> Result<OAuthAnswer, RemoteFailure> in
                do throws(RemoteFailure) {
                    return .success(try await post(refresh, on: executor))
                } catch {
                    return .failure(error)
                }
            }
            group.addTask {
                try? await Task.sleep(for: Self.exchangeTimeMax)
                return .failure(.timedOut)
            }
            defer { group.cancelAll() }
            return await group.next() ?? .failure(.timedOut)
        }
        if Task.isCancelled { throw .cancelled }
        return try first.get()
    }

    private typealias HTTPChannel = NIOAsyncChannel<HTTPClientResponsePart, HTTPClientRequestPart>

    private func post(_ refresh: OAuthRefresh, on executor: LoopExecutor) async throws(RemoteFailure) -> OAuthAnswer {
        let endpoint = RemoteEndpoint(
            host: address.host, port: address.port, tls: .implicit, authorityFile: authorityFile)
        let certificate = try ServerCertificate(endpoint)
        let refusal = Refusal()
        let (status, body): (Int, [UInt8])
        do {
            let channel = try await ClientBootstrap(group: executor.loop)
                .connectTimeout(.seconds(limits.connectTimeoutSeconds))
                .connect(host: address.host, port: address.port) { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try open(channel, endpoint, certificate, refusal)
                    }
                }
            let form = refresh.form
            (status, body) = try await channel.executeThenClose { inbound, outbound in
                try await outbound.write(
                    contentsOf: [.head(head(form.count)), .body(.byteBuffer(ByteBuffer(bytes: form))), .end(nil)])
                return try await answer(inbound)
            }
        } catch let failure as RemoteFailure {
            throw failure
        } catch {
            if let reason = refusal.reason.withLock({ $0 }) { throw .notSecured("the token endpoint: \(reason)") }
            throw .notConnected("the token endpoint \(address.authority): \(RemoteLink.words(error))")
        }
        return try OAuthAnswer(status: status, body)
    }

    /// Why the certificate was not taken: the TLS library's error does not say.
    private final class Refusal: Sendable {
        let reason = Mutex<String?>(nil)
    }

    private func open(
        _ channel: any Channel, _ endpoint: RemoteEndpoint, _ certificate: ServerCertificate, _ refusal: Refusal
    ) throws -> HTTPChannel {
        let tls = try NIOSSLClientHandler(context: RemoteTLS.context(), serverHostname: endpoint.serverName) {
            chain, promise in
            let presented = chain.compactMap { try? $0.toDERBytes() }
            promise.completeWithTask {
                do throws(ServerCertificate.Refusal) {
                    try await certificate.verify(presented)
                    return .certificateVerified
                } catch {
                    refusal.reason.withLock { $0 = error.reason }
                    return .failed
                }
            }
        }
        try channel.pipeline.syncOperations.addHandler(tls)
        try channel.pipeline.syncOperations.addHTTPClientHandlers()
        return try NIOAsyncChannel(wrappingChannelSynchronously: channel)
    }

    private func head(_ count: Int) -> HTTPRequestHead {
        HTTPRequestHead(
            version: .http1_1, method: .POST, uri: address.target,
            headers: [
                "Host": address.authority, "Content-Type": "application/x-www-form-urlencoded",
                "Content-Length": "\(count)", "Accept": "application/json", "Connection": "close",
            ])
    }

    private func answer(_ inbound: NIOAsyncChannelInboundStream<HTTPClientResponsePart>) async throws -> (Int, [UInt8])
    {
        var status = 0
        var octets: [UInt8] = []
        for try await part in inbound {
            switch part {
            case .head(let head): status = Int(head.status.code)
            case .body(let piece):
                guard piece.readableBytes <= Self.answerOctetsMax - octets.count else {
                    throw RemoteFailure.notUnderstood("the token endpoint answers with too much")
                }
                octets += piece.readableBytesView
            case .end: return (status, octets)
            }
        }
        throw RemoteFailure.connectionLost
    }
}
