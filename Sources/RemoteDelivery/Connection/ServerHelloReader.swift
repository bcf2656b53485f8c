internal import NIOCore
internal import ServerRuntime

/// Looks at the first octets that the server sends in a handshake, tells the connection which cipher suite it chose, and
/// leaves: the TLS library does not say it.
final class ServerHelloReader: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private let found: (ServerHello) -> Void
    private var start = ByteBuffer()

    init(found: @escaping (ServerHello) -> Void) {
        self.found = found
    }

    /// A ServerHello has at most 5 + 4 + 2 + 32 + 1 + 32 + 2 octets up to its suite.
    private static let octetsMax = 78

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var octets = unwrapInboundIn(data)
        if start.readableBytes < Self.octetsMax {
            start.writeBuffer(&octets)
            if let hello = ServerHello(record: start) { found(hello) }
        }
        context.fireChannelRead(data)
        if start.readableBytes >= Self.octetsMax { context.pipeline.syncOperations.removeHandler(self, promise: nil) }
    }
}
