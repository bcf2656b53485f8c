public import Hummingbird
public import NIOCore
public import ServerRuntime

/// What a handler knows of a request beside the request.
public struct HTTPContext: RequestContext {
    /// Hummingbird's own.
    public var coreContext: CoreRequestContextStorage
    /// The client's address.
    public let peer: SocketAddress?
    /// For the log.
    public let sessionID: SessionID

    /// For a request on a connection.
    public init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        peer = source.channel.remoteAddress
        sessionID = SessionID()
    }
}
