internal import NIOCore
internal import NIOSSL
internal import NIOTLS
internal import SASL
internal import ServerRuntime

/// Octets of one connection to a server elsewhere, for one task that waits for them. Lives on the connection's event loop;
/// so does the task.
final class RemoteLinkHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let certificate: ServerCertificate?
    private let serverName: String?
    private let limits: RemoteLinkLimits
    private var context: ChannelHandlerContext?
    private var input = ByteBuffer()
    private var waiter: UnsafeContinuation<Void, Never>?
    private var alarm: Scheduled<Void>?
    private var isReading = true
    private var security = Security.clear
    private var endPoint: [UInt8]?
    /// Why nothing more can come.
    private(set) var failure: RemoteFailure?

    private enum Security {
        case clear
        case securing
        case secured
    }

    init(certificate: ServerCertificate?, serverName: String?, limits: RemoteLinkLimits) {
        self.certificate = certificate
        self.serverName = serverName
        self.limits = limits
    }

    // MARK: What the task does with it

    /// What has come; waits for at least one octet.
    nonisolated(nonsending)
        func read(_ seconds: Int64) async throws(RemoteFailure) -> ByteBuffer
    {
        while input.readableBytes == 0 {
            if let failure { throw failure }
            await wait(seconds)
        }
        let octets = input
        input = ByteBuffer()
        listen(true)
        return octets
    }

    /// What has come; nil when nothing does for so long, or when the wait is interrupted.
    nonisolated(nonsending)
        func readUnlessSilent(_ seconds: Int64) async throws(RemoteFailure) -> ByteBuffer?
    {
        guard input.readableBytes == 0 else { return try await read(seconds) }
        if let failure { throw failure }
        guard !isInterrupted, let context else { return nil }
        setWakeUp(seconds, context.eventLoop)
        await withUnsafeContinuation { waiter = $0 }
        alarm?.cancel()
        alarm = nil
        if let failure, input.readableBytes == 0 { throw failure }
        return input.readableBytes == 0 ? nil : try await read(seconds)
    }

    /// Ends a wait of `readUnlessSilent`, and those to come.
    func interrupt() {
        isInterrupted = true
        wake()
    }

    /// Waits may begin again.
    func forgetInterruption() { isInterrupted = false }

    /// Whether somebody wants the wait to end: for other work, or for the end.
    private(set) var isInterrupted = false

    /// Writes octets, which are few: nobody waits until they have left.
    func write(_ octets: ByteBuffer) {
        context?.writeAndFlush(wrapOutboundOut(octets), promise: nil)
    }

    /// Writes octets of which many follow; returns when they have left.
    nonisolated(nonsending)
        func writeAll(_ octets: ByteBuffer) async throws
    {
        guard let context, failure == nil else { throw RemoteFailure.connectionLost }
        try await context.channel.writeAndFlush(octets).get()
    }

    /// TLS, verified, on a connection that talked in the clear.
    nonisolated(nonsending)
        func startTLS() async throws(RemoteFailure) -> TLSChannelBindings
    {
        guard let context else { throw .connectionLost }
        do {
            try addTLS(to: context.pipeline.syncOperations)
        } catch {
            throw .notSecured("\(error)")
        }
        return try await secured()
    }

    /// Returns when the handshake is done and the server is the right one.
    nonisolated(nonsending)
        func secured() async throws(RemoteFailure) -> TLSChannelBindings
    {
        while security != .secured {
            if let failure { throw failure }
            await wait(limits.handshakeTimeoutSeconds)
        }
        return TLSChannelBindings(serverEndPoint: endPoint)
    }

    /// Puts TLS between the socket and this handler.
    func addTLS(to pipeline: ChannelPipeline.SynchronousOperations) throws {
        guard let certificate else { throw RemoteFailure.notSecured("no certificate to compare with") }
        security = .securing
        let handler = try NIOSSLClientHandler(context: RemoteTLS.context(), serverHostname: serverName) {
            chain, promise in
            self.endPoint = chain.first.flatMap { try? $0.toDERBytes() }
                .flatMap { CertificateHash.serverEndPoint(der: $0) }
            let presented = chain.compactMap { try? $0.toDERBytes() }
            let result = promise.futureResult.eventLoop.makePromise(of: String?.self)
            result.completeWithTask {
                do throws(ServerCertificate.Refusal) {
                    try await certificate.verify(presented)
                    return nil
                } catch {
                    return error.reason
                }
            }
            result.futureResult.assumeIsolated().whenComplete { result in
                let reason = (try? result.get()) ?? nil
                if let reason { self.fail(.notSecured(reason)) }
                promise.succeed(reason == nil ? .certificateVerified : .failed)
            }
        }
        try pipeline.addHandler(handler, position: .first)
    }

    /// Nothing more is read or written.
    func end(_ failure: RemoteFailure) {
        fail(failure)
        context?.close(promise: nil)
    }

    // MARK: Waiting

    nonisolated(nonsending)
        private func wait(_ seconds: Int64) async
    {
        guard let context else {
            fail(.connectionLost)
            return
        }
        setAlarm(seconds, context.eventLoop)
        await withUnsafeContinuation { waiter = $0 }
        alarm?.cancel()
        alarm = nil
    }

    private func setAlarm(_ seconds: Int64, _ loop: any EventLoop) {
        alarm = loop.assumeIsolated().scheduleTask(in: .seconds(seconds)) { self.end(.timedOut) }
    }

    private func setWakeUp(_ seconds: Int64, _ loop: any EventLoop) {
        alarm = loop.assumeIsolated().scheduleTask(in: .seconds(seconds)) { self.wake() }
    }

    private func wake() {
        guard let waiter else { return }
        self.waiter = nil
        waiter.resume()
    }

    /// The first reason counts.
    private func fail(_ failure: RemoteFailure) {
        if self.failure == nil { self.failure = failure }
        wake()
    }

    private func listen(_ wanted: Bool) {
        guard isReading != wanted, let context else { return }
        isReading = wanted
        context.channel.setOption(.autoRead, value: wanted).whenFailure { _ in }
    }

    // MARK: The pipeline's events

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var octets = unwrapInboundIn(data)
        if input.readableBytes == 0 { input = octets } else { input.writeBuffer(&octets) }
        if input.readableBytes >= limits.inputOctetsMax { listen(false) }
        wake()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if let event = event as? TLSUserEvent, case .handshakeCompleted = event {
            security = .secured
            wake()
        } else {
            context.fireUserInboundEventTriggered(event)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // Without close_notify the end of the connection follows, which says all that matters.
        if case NIOSSLError.uncleanShutdown = error { return }
        end(security == .securing ? .notSecured("\(error)") : .connectionLost)
    }

    func channelInactive(context: ChannelHandlerContext) {
        fail(security == .securing ? .notSecured("the server closed the connection") : .connectionLost)
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        fail(.connectionLost)
    }
}
