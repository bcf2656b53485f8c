public import Logging
public import NIOCore
import NIOPosix
public import ServiceLifecycle
import Synchronization

/// One listener with its connections: a service that accepts until it is told to stop.
///
/// Several servers share an event loop group (as many loops as cores) and, to have common limits, a ``ConnectionGate``.
/// `start` binds, so that whoever starts it knows that it listens; `run` does that, too, if need be, and returns after a
/// graceful stop: no new connections, idle sessions dismissed at once, the others at the end of their transaction or after
/// `graceSeconds`.
public final class Server<Session: ConnectionSession>: Service {
    /// Makes the session of a new connection, on the connection's event loop.
    public typealias MakeSession = @Sendable (ConnectionInfo) -> Session

    private struct Bound {
        let channel: any Channel
        let socketFile: (UnixSocketFile, UInt64?)?
    }

    private let configuration: ListenerConfiguration
    private let group: any EventLoopGroup
    private let gate: ConnectionGate
    private let logger: Logger
    private let metrics: ServerMetrics
    private let makeSession: MakeSession
    private let loops: [ObjectIdentifier: LoopConnections]
    private let bound = Mutex<Bound?>(nil)

    /// A server that does not listen yet.
    public init(
        configuration: ListenerConfiguration, group: any EventLoopGroup, gate: ConnectionGate, logger: Logger,
        makeSession: @escaping MakeSession
    ) {
        self.configuration = configuration
        self.group = group
        self.gate = gate
        self.logger = logger
        self.metrics = ServerMetrics(listener: configuration.name)
        self.makeSession = makeSession
        var loops: [ObjectIdentifier: LoopConnections] = [:]
        for loop in group.makeIterator() { loops[ObjectIdentifier(loop)] = LoopConnections(loop) }
        self.loops = loops
    }

    /// Where it listens, with the port it got.
    public var localAddress: SocketAddress? {
        bound.withLock { $0?.channel.localAddress }
    }

    /// With the port it got, where it was free to choose one.
    private var localAddressText: String {
        guard case .tcp(let host, _) = configuration.address, let port = localAddress?.port else {
            return "\(configuration.address)"
        }
        return "\(ListenerAddress.tcp(host: host, port: port))"
    }

    /// Whether it listens: for the health page.
    public var isListening: Bool {
        bound.withLock { $0?.channel.isActive ?? false }
    }

    /// Binds and begins to accept.
    ///
    /// - Throws: `ListenerError`.
    public func start() async throws {
        guard localAddress == nil else { return }
        do {
            let fresh = try await bind()
            bound.withLock { $0 = fresh }
        } catch {
            throw ListenerError(
                listener: configuration.name, address: configuration.address, reason: Self.reason(error))
        }
        logger.info(
            "listening",
            metadata: ["listener": "\(configuration.name)", "address": "\(localAddressText)"])
    }

    /// In the system's words alone, where it has some.
    private static func reason(_ error: any Error) -> String {
        guard let error = error as? IOError else { return "\(error)" }
        return String(cString: strerror(error.errnoCode))
    }

    /// Serves until the graceful stop, or until the task is cancelled (then connections are cut).
    public func run() async throws {
        try await start()
        let (stream, stop) = AsyncStream.makeStream(of: Void.self)
        await withGracefulShutdownHandler {
            for await _ in stream.cancelOnGracefulShutdown() {}
        } onGracefulShutdown: {
            stop.finish()
        }
        await self.stop()
    }

    /// Stops as `run` does.
    public func stop() async {
        let was = bound.withLock { bound -> Bound? in
            defer { bound = nil }
            return bound
        }
        try? await was?.channel.close().get()
        if let (file, identity) = was?.socketFile { file.remove(ifStill: identity) }
        await withTaskGroup(of: Void.self) { group in
            for loop in loops.values {
                group.addTask { await self.drain(loop) }
            }
        }
        logger.info("stopped", metadata: ["listener": "\(configuration.name)"])
    }

    private func drain(_ loop: LoopConnections) async {
        let seconds = Task.isCancelled ? 0 : configuration.graceSeconds
        let drained = loop.eventLoop.flatSubmit {
            let cut = loop.eventLoop.scheduleTask(in: .seconds(seconds)) { loop.cutAll() }
            return loop.drain().always { _ in cut.cancel() }
        }
        try? await drained.get()
    }

    // MARK: Accepting

    private func bind() async throws -> Bound {
        let metrics = metrics
        let logger = logger
        let bootstrap = ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: configuration.backlog)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .serverChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(
                        AcceptBackoff { error in
                            metrics.acceptFailed()
                            logger.error("cannot accept connections", metadata: ["error": "\(error)"])
                        })
                }
            }
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelOption(.maxMessagesPerRead, value: ReceiveBuffers.keptMax)
            .childChannelOption(.recvAllocator, value: ReceiveBuffers())
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try self.accept(channel) }
            }
        switch configuration.address {
        case .tcp(let host, let port):
            let tcp = bootstrap.childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            return Bound(channel: try await tcp.bind(host: host, port: port).get(), socketFile: nil)
        case .unix(let path, let permissions):
            let file = UnixSocketFile(path: path, permissions: permissions)
            try await file.removeStale(group: group)
            let channel = try await bootstrap.bind(unixDomainSocketPath: path).get()
            do {
                try file.setPermissions()
            } catch {
                try? await channel.close().get()
                throw error
            }
            return Bound(channel: channel, socketFile: (file, file.identity))
        }
    }

    /// A new connection, on its own loop: lets it in or refuses it.
    private func accept(_ channel: any Channel) throws {
        let pipeline = channel.pipeline.syncOperations
        let peer = channel.remoteAddress
        if let refusal = gate.enter(peer, now: channel.eventLoop.now) {
            metrics.refuse(refusal)
            logger.debug(
                "connection refused",
                metadata: ["peer": "\(peer?.ipAddress ?? "unix")", "reason": "\(refusal.rawValue)"])
            let reply = if case .implicit = configuration.tls { "" } else { configuration.busyReply(refusal) }
            try pipeline.addHandler(RefusalHandler(reply: reply))
            return
        }
        metrics.accept()
        // Registered before anything can fail: whatever becomes of the channel, it leaves.
        channel.closeFuture.whenComplete { [gate] _ in gate.leave(peer) }
        guard let loop = loops[ObjectIdentifier(channel.eventLoop)] else { return }
        if case .implicit(let source) = configuration.tls {
            try source.addHandlers(to: pipeline)
        }
        let info = ConnectionInfo(
            id: SessionID(), listener: configuration.name, peer: peer, local: channel.localAddress,
            waker: ConnectionWaker(channel.eventLoop))
        let handler = ConnectionHandler(
            session: makeSession(info), loop: loop, limits: configuration.connection, tls: configuration.tls,
            metrics: metrics, waker: info.waker)
        try pipeline.addHandler(handler)
    }
}
