import NIOCore

/// Keeps a listener alive when the process has no file descriptor left: it rests for a moment instead of failing, in a
/// circle, to accept a connection that the kernel offers again and again.
final class AcceptBackoff: ChannelDuplexHandler {
    typealias InboundIn = Channel
    typealias OutboundIn = Never

    private let pause: TimeAmount
    private let onFailure: @Sendable (any Error) -> Void
    private var resumption: Scheduled<Void>?
    private var isReadHeld = false

    init(pause: TimeAmount = .milliseconds(200), onFailure: @escaping @Sendable (any Error) -> Void) {
        self.pause = pause
        self.onFailure = onFailure
    }

    func read(context: ChannelHandlerContext) {
        if resumption == nil {
            context.read()
        } else {
            isReadHeld = true
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard resumption == nil else { return }
        onFailure(error)
        resumption = context.eventLoop.assumeIsolated().scheduleTask(in: pause) {
            self.resumption = nil
            guard self.isReadHeld else { return }
            self.isReadHeld = false
            context.read()
        }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        resumption?.cancel()
        resumption = nil
    }
}
