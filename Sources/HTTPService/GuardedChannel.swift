internal import HummingbirdCore
internal import Logging
internal import NIOCore
internal import NIOSSL
internal import ServerRuntime

/// A connection of the HTTP listener: counted at the gate of all listeners, and secured with the certificate of the moment
/// where the listener has TLS.
struct GuardedChannel: ServerChildChannel {
    let base: HTTP1Channel
    let tls: TLSContextSource?
    let gate: ConnectionGate?

    /// Who is turned away hears nothing: there is no reply before a request.
    private struct TurnedAway: Error {}

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<HTTP1Channel.Value> {
        if let gate {
            let peer = channel.remoteAddress
            guard gate.enter(peer, now: .now()) == nil else {
                return channel.eventLoop.makeFailedFuture(TurnedAway())
            }
            channel.closeFuture.whenComplete { _ in gate.leave(peer) }
        }
        guard let tls else { return base.setup(channel: channel, logger: logger) }
        return channel.eventLoop.makeCompletedFuture {
            try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls.current.context))
        }.flatMap {
            base.setup(channel: channel, logger: logger)
        }
    }

    func handle(value: HTTP1Channel.Value, logger: Logger) async {
        await base.handle(value: value, logger: logger)
    }
}
