package import NIOCore

/// What a ServerHello says in the clear (RFC 8446 §4.1.3, RFC 5246 §7.4.1.3).
package struct ServerHello: Equatable, Sendable {
    /// The suite chosen, by its number.
    package let cipherSuite: UInt16

    /// Reads the first record that the server sends. A HelloRetryRequest has the same shape and names the final suite.
    package init?(record: ByteBuffer) {
        let start = record.readerIndex
        // Record: type 22, version, length. Handshake: type 2, 24-bit length. Then version, random, session id, suite.
        let sessionIDLength = start + 5 + 4 + 2 + 32
        guard record.getInteger(at: start, as: UInt8.self) == 22,
            record.getInteger(at: start + 5, as: UInt8.self) == 2,
            let length = record.getInteger(at: sessionIDLength, as: UInt8.self), length <= 32,
            let suite = record.getInteger(at: sessionIDLength + 1 + Int(length), as: UInt16.self)
        else { return nil }
        cipherSuite = suite
    }
}

/// Looks at the first octets that the TLS handler sends, tells the connection which cipher suite was chosen, and leaves:
/// the TLS library does not say it.
final class ServerHelloObserver: ChannelOutboundHandler, RemovableChannelHandler {
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private var isDone = false

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let octets = unwrapOutboundIn(data)
        context.write(data, promise: promise)
        guard !isDone, octets.readableBytes > 0 else { return }
        isDone = true
        if let hello = ServerHello(record: octets) {
            context.fireUserInboundEventTriggered(hello)
        }
    }

    /// Leaves here, not in `write`: of a writeAndFlush, the flush would be lost with the handler.
    func flush(context: ChannelHandlerContext) {
        context.flush()
        if isDone { context.pipeline.syncOperations.removeHandler(self, promise: nil) }
    }
}
