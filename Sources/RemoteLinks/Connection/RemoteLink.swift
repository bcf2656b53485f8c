internal import Glibc
package import NIOCore
internal import NIOPosix
package import SASL
package import ServerRuntime

/// A connection to a server elsewhere, octets in and out.
///
/// Every call runs on the connection's event loop, by a task that prefers its `LoopExecutor`. Whoever opened it has to
/// close it; a task that is cancelled ends what it waits for.
package struct RemoteLink: Sendable {
    /// What TLS gave when it began with the first octet.
    package let bindings: TLSChannelBindings?
    private let handler: NIOLoopBound<RemoteLinkHandler>
    private let channel: any Channel
    private let limits: RemoteLinkLimits

    /// Connects, and secures where TLS is implicit. Called on the loop of the executor.
    nonisolated(nonsending)
        package static func open(
            _ endpoint: RemoteEndpoint, _ limits: RemoteLinkLimits, on executor: LoopExecutor
        ) async throws(RemoteFailure) -> RemoteLink
    {
        let certificate = endpoint.tls == .none ? nil : try ServerCertificate(endpoint)
        let handler = NIOLoopBound(
            RemoteLinkHandler(
                certificate: certificate, serverName: endpoint.serverName, limits: limits),
            eventLoop: executor.loop)
        let channel: any Channel
        do {
            channel = try await ClientBootstrap(group: executor.loop)
                .connectTimeout(.seconds(limits.connectTimeoutSeconds))
                .channelOption(.tcpOption(.tcp_nodelay), value: 1)
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandler(handler.value)
                        if endpoint.tls == .implicit { try handler.value.addTLS(to: channel.pipeline.syncOperations) }
                    }
                }
                .connect(host: endpoint.host, port: endpoint.port).get()
        } catch {
            throw Task.isCancelled ? .cancelled : .notConnected(words(error))
        }
        do throws(RemoteFailure) {
            let bindings = endpoint.tls == .implicit ? try await handler.value.secured() : nil
            return RemoteLink(bindings: bindings, handler: handler, channel: channel, limits: limits)
        } catch {
            handler.value.end(error)
            throw error
        }
    }

    /// An error of connecting, for people: `Connection refused`.
    static func words(_ error: any Error) -> String {
        switch error {
        case let error as IOError: String(cString: strerror(error.errnoCode))
        case ChannelError.connectTimeout: "no answer"
        case let error as NIOConnectionError:
            if let failure = error.connectionErrors.first {
                words(failure.error)
            } else {
                "the name \(error.host) has no address"
            }
        default: "\(error)"
        }
    }

    /// What has come; waits for at least one octet.
    nonisolated(nonsending)
        package func read() async throws(RemoteFailure) -> ByteBuffer
    {
        let result: Result<ByteBuffer, RemoteFailure> = await withTaskCancellationHandler {
            do throws(RemoteFailure) {
                return .success(try await handler.value.read(limits.silenceSecondsMax))
            } catch {
                return .failure(error)
            }
        } onCancel: {
            channel.eventLoop.execute { handler.value.end(.cancelled) }
        }
        return try result.get()
    }

    /// What has come; nil when nothing does for so long, or when the wait is interrupted.
    nonisolated(nonsending)
        package func readUnlessSilent(_ seconds: Int64) async throws(RemoteFailure) -> ByteBuffer?
    {
        let result: Result<ByteBuffer?, RemoteFailure> = await withTaskCancellationHandler {
            do throws(RemoteFailure) {
                return .success(try await handler.value.readUnlessSilent(seconds))
            } catch {
                return .failure(error)
            }
        } onCancel: {
            channel.eventLoop.execute { handler.value.end(.cancelled) }
        }
        return try result.get()
    }

    /// Ends a wait of `readUnlessSilent`. May be called on any thread.
    package func interrupt() {
        channel.eventLoop.execute { handler.value.interrupt() }
    }

    /// Whether `interrupt` was called.
    package var isInterrupted: Bool { handler.value.isInterrupted }

    /// Lets waits begin again after an interruption.
    package func forgetInterruption() { handler.value.forgetInterruption() }

    /// Writes a few octets.
    package func write(_ octets: ByteBuffer) {
        guard octets.readableBytes > 0 else { return }
        handler.value.write(octets)
    }

    /// Writes octets of which many follow; returns when they have left.
    nonisolated(nonsending)
        package func writeAll(_ octets: ByteBuffer) async throws(RemoteFailure)
    {
        guard octets.readableBytes > 0 else { return }
        do {
            try await handler.value.writeAll(octets)
        } catch {
            throw handler.value.failure ?? .connectionLost
        }
    }

    /// TLS, verified, on a connection that talked in the clear.
    nonisolated(nonsending)
        package func startTLS() async throws(RemoteFailure) -> TLSChannelBindings
    {
        try await handler.value.startTLS()
    }

    /// Closes without a word.
    package func close() {
        handler.value.end(.connectionLost)
    }
}
