import NIOCore
import NIOEmbedded
import NIOSSL
import Synchronization
import Testing

@testable import ServerRuntime

/// A server's connection with implicit TLS and its client, back to back in memory. Their clocks stand still: what needs a
/// timer never happens.
private final class SecuredPair {
    let world = ToyWorld()
    let server = EmbeddedChannel()
    let client = EmbeddedChannel()
    let handler: ConnectionHandler<ToySession>
    let ears = Ears()

    init() throws {
        let folder = try CertificateFolder()
        let source = try TLSContextSource(certificatePath: folder.certificate, keyPath: folder.key)
        handler = ConnectionHandler(
            session: ToySession(world, ConnectionInfo(id: SessionID(), listener: "toy", peer: nil, local: nil)),
            loop: LoopConnections(server.eventLoop), limits: ConnectionLimits(), tls: .implicit(source),
            metrics: ServerMetrics(listener: "toy"))
        server.allowRemoteHalfClosure = true
        client.allowRemoteHalfClosure = true
        try source.addHandlers(to: server.pipeline.syncOperations)
        try server.pipeline.syncOperations.addHandler(handler)
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.certificateVerification = .none
        try client.pipeline.syncOperations.addHandlers(
            NIOSSLClientHandler(context: NIOSSLContext(configuration: configuration), serverHostname: nil), ears)
        let address = try SocketAddress(ipAddress: "127.0.0.1", port: 1)
        try server.connect(to: address).wait()
        try client.connect(to: address).wait()
        try carry()
    }

    /// Carries octets between the two until none are left.
    func carry() throws {
        var isMoving = true
        while isMoving {
            isMoving = false
            while let octets = try client.readOutbound(as: ByteBuffer.self) {
                isMoving = true
                if server.isActive { try server.writeInbound(octets) }
            }
            while let octets = try server.readOutbound(as: ByteBuffer.self) {
                isMoving = true
                if client.isActive { try client.writeInbound(octets) }
            }
        }
    }

    func say(_ text: String) throws {
        client.writeAndFlush(ByteBuffer(string: text), promise: nil)
        try carry()
    }

    var ended: [SessionEnd] { world.ended.withLock { $0 } }
}

/// What the client hears.
private final class Ears: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    private(set) var text = ""
    private(set) var heardCloseNotify = false

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        text += String(buffer: unwrapInboundIn(data))
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard case ChannelEvent.inputClosed = event else { return }
        heardCloseNotify = true
        context.close(promise: nil)
    }
}

@Suite struct SecureClosingTests {
    @Test func theEndIsToldAndNobodyWaits() throws {
        let pair = try SecuredPair()
        try pair.say("QUIT\n")
        #expect(pair.ears.text == "HELLO\r\nBYE\r\n")
        #expect(pair.ears.heardCloseNotify)
        #expect(!pair.server.isActive && !pair.client.isActive)
        #expect(pair.ended == [.completed])
    }

    @Test func whoIsDismissedHearsWhyAndTheEnd() throws {
        let pair = try SecuredPair()
        pair.handler.drain()
        try pair.carry()
        #expect(pair.ears.text == "HELLO\r\nFAREWELL shutdown\r\n")
        #expect(pair.ears.heardCloseNotify)
        #expect(!pair.server.isActive)
        #expect(pair.ended == [.dismissed(.shutdown)])
    }

    @Test func aPeerThatEndsIsAnsweredAndLeft() throws {
        let pair = try SecuredPair()
        pair.client.close(promise: nil)
        try pair.carry()
        #expect(!pair.server.isActive)
        #expect(pair.ended == [.peerClosed])
    }

    @Test func cuttingWaitsForNoPeer() throws {
        let pair = try SecuredPair()
        pair.handler.cut(.cut)
        #expect(!pair.server.isActive)
        #expect(pair.ended == [.cut])
    }
}
