public import Hummingbird
import HummingbirdCore
public import Logging
public import NIOCore
public import ServerRuntime
public import ServiceLifecycle

/// The limits of the HTTP listener.
public struct HTTPServerLimits: Sendable {
    /// Connections at once.
    public var connectionsMax = 1000
    /// A connection on which nothing happens is closed.
    public var idleSeconds: Int64 = 60
    /// Octets of one header field, and of all of them.
    public var headerBytesMax = 16 * 1024
    /// Header fields of a request.
    public var headerFieldsMax = 100

    /// The defaults.
    public init() {}
}

/// The HTTP listener: one router, which everything that speaks HTTP adds its routes to before the server starts.
public struct HTTPServer: Service {
    /// What a handler knows of a request.
    public typealias Context = HTTPContext

    private let application: Application<RouterResponder<Context>>

    /// A router that answers 404 to everything, and HEAD wherever it answers GET.
    public static func makeRouter() -> Router<Context> {
        Router(context: Context.self, options: .autoGenerateHeadEndpoints)
    }

    /// A server for `router`'s routes. `onListening` is called with the address once it listens.
    ///
    /// - Parameters:
    ///   - tls: whose certificate it has from the first octet; nil: it speaks in clear.
    ///   - gate: counts its connections, with those of other listeners.
    public init(
        router: Router<Context>, host: String, port: Int, tls: TLSContextSource? = nil, gate: ConnectionGate? = nil,
        limits: HTTPServerLimits = HTTPServerLimits(), group: any EventLoopGroup, logger: Logger,
        onListening: @escaping @Sendable (SocketAddress?) async -> Void = { _ in }
    ) {
        var channel = HTTP1Channel.Configuration(idleTimeout: .seconds(limits.idleSeconds))
        channel.httpDecoder.maxHeaderFieldSize = limits.headerBytesMax
        channel.httpDecoder.maxHeaderListSize = limits.headerBytesMax
        channel.httpDecoder.maxHeaderFieldCount = limits.headerFieldsMax
        let configuration = channel
        application = Application(
            router: router,
            server: HTTPServerBuilder { responder in
                GuardedChannel(
                    base: HTTP1Channel(responder: responder, configuration: configuration), tls: tls, gate: gate)
            },
            configuration: ApplicationConfiguration(
                address: .hostname(host, port: port),
                availableConnectionsDelegate: MaximumAvailableConnections(limits.connectionsMax)),
            onServerRunning: { await onListening($0.localAddress) },
            eventLoopGroupProvider: .shared(group),
            logger: logger)
    }

    /// Serves until the graceful stop.
    public func run() async throws {
        try await application.run()
    }
}
