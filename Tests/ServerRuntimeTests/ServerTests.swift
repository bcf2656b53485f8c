import Foundation
import Logging
import NIOCore
import NIOPosix
import NIOSSL
import Synchronization
import Testing

@testable import ServerRuntime

/// A listener on a free loopback port, and clients for it.
private struct Loopback {
    let world = ToyWorld()
    let gate: ConnectionGate
    let server: Server<ToySession>
    let group = MultiThreadedEventLoopGroup.singleton

    init(
        tls: TLSMode = .none, gateLimits: GateLimits = GateLimits(), graceSeconds: Int64 = 20,
        address: ListenerAddress = .tcp(host: "127.0.0.1", port: 0)
    ) async throws {
        let world = world
        var configuration = ListenerConfiguration(name: "toy", address: address, tls: tls) {
            "BUSY \($0.rawValue)\r\n"
        }
        configuration.graceSeconds = graceSeconds
        gate = ConnectionGate(limits: gateLimits)
        server = Server(
            configuration: configuration, group: group, gate: gate,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            makeSession: { ToySession(world, $0) })
        try await server.start()
    }

    func client(tls: Bool = false) async throws -> Client {
        let address = try #require(server.localAddress)
        return try await Client.connect(address, group: group, tls: tls)
    }

    /// A channel is closed for its handlers first, and a turn of its loop later for everybody else.
    func letLoopsTurn() async throws {
        for loop in group.makeIterator() { try await loop.submit {}.get() }
    }
}

/// A client that says lines and hears text.
private struct Client {
    let channel: any Channel
    private let collector: Collector

    static func connect(_ address: SocketAddress, group: any EventLoopGroup, tls: Bool) async throws -> Client {
        let collector = Collector()
        let channel = try await ClientBootstrap(group: group)
            .channelOption(.allowRemoteHalfClosure, value: true)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if tls { try channel.pipeline.syncOperations.addHandler(tlsHandler()) }
                    try channel.pipeline.syncOperations.addHandler(CollectingHandler(collector))
                }
            }
            .connect(to: address).get()
        return Client(channel: channel, collector: collector)
    }

    static func tlsHandler() throws -> NIOSSLClientHandler {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.certificateVerification = .none
        return try NIOSSLClientHandler(context: NIOSSLContext(configuration: configuration), serverHostname: nil)
    }

    func say(_ text: String) async throws {
        try await channel.writeAndFlush(ByteBuffer(string: text)).get()
    }

    /// Everything up to and with `mark`; up to the end when there is none.
    func hear(_ mark: String) async -> String {
        await collector.take(until: Array(mark.utf8))
    }

    func secure() async throws {
        try await channel.eventLoop.submit {
            try channel.pipeline.syncOperations.addHandler(Client.tlsHandler(), position: .first)
        }.get()
    }
}

private actor Collector {
    private var octets: [UInt8] = []
    private var isEnded = false
    private var waiting: CheckedContinuation<Void, Never>?

    func add(_ more: [UInt8]) {
        octets += more
        wake()
    }

    func end() {
        isEnded = true
        wake()
    }

    private func wake() {
        waiting?.resume()
        waiting = nil
    }

    func take(until mark: [UInt8]) async -> String {
        while true {
            let text = octets.firstRange(of: mark)
            if let text {
                defer { octets.removeSubrange(..<text.upperBound) }
                return String(decoding: octets[..<text.upperBound], as: UTF8.self)
            }
            if isEnded { return String(decoding: octets, as: UTF8.self) }
            await withCheckedContinuation { waiting = $0 }
        }
    }
}

private final class CollectingHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    private let events = AsyncStream.makeStream(of: [UInt8].self)

    init(_ collector: Collector) {
        let stream = events.stream
        Task {
            for await octets in stream { await collector.add(octets) }
            await collector.end()
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        events.continuation.yield(Array(unwrapInboundIn(data).readableBytesView))
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case ChannelEvent.inputClosed = event { context.close(promise: nil) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        events.continuation.finish()
    }
}

@Suite(.timeLimit(.minutes(1))) struct ServerTests {
    @Test func dialogue() async throws {
        let loopback = try await Loopback()
        let client = try await loopback.client()
        #expect(await client.hear("\n") == "HELLO\r\n")
        try await client.say("ECHO a\nLATER b\nQUIT\n")
        #expect(await client.hear("end") == "a\r\nb\r\nBYE\r\n")
        #expect(await loopback.world.nextEnd() == .completed)
        await loopback.server.stop()
        try await loopback.letLoopsTurn()
        #expect(loopback.gate.openCount == 0)
    }

    @Test func aClientThatClosesItsSideHearsTheAnswers() async throws {
        let loopback = try await Loopback()
        let client = try await loopback.client()
        try await client.say("PIECES 100\nECHO done\n")
        try await client.channel.close(mode: .output).get()
        let heard = await client.hear("never")
        #expect(heard.hasSuffix("\r\ndone\r\n"))
        let expected = 7 + 100 * 16384 + 2 + 6
        #expect(heard.utf8.count == expected)
        await loopback.server.stop()
    }

    @Test func aClientThatDoesNotReadStopsTheWriter() async throws {
        let loopback = try await Loopback()
        let client = try await loopback.client()
        _ = await client.hear("\n")
        try await client.channel.setOption(.autoRead, value: false).get()
        // Far more than all socket buffers hold.
        try await client.say("PIECES 20000\n")
        try await client.say("ECHO x\n")
        try await client.channel.close().get()
        #expect(await loopback.world.nextEnd() != nil)
        #expect(loopback.world.piecesWritten.load(ordering: .relaxed) < 20000)
        await loopback.server.stop()
    }

    @Test func startTLSDropsWhatWasSentBefore() async throws {
        let folder = try CertificateFolder()
        let source = try TLSContextSource(certificatePath: folder.certificate, keyPath: folder.key)
        let loopback = try await Loopback(tls: .startTLS(source))
        let client = try await loopback.client()
        _ = await client.hear("\n")
        try await client.say("STARTTLS\nECHO injected\n")
        #expect(await client.hear("\n") == "GO\r\n")
        try await client.secure()
        try await client.say("ECHO secured\nQUIT\n")
        #expect(await client.hear("never") == "secured\r\nBYE\r\n")
        let information = try #require(loopback.world.secured.withLock { $0 })
        #expect(information.version == "TLSv1.3")
        #expect(information.cipher.hasPrefix("TLS_"))
        #expect(information.channelBindingServerEndPoint?.count == 32)
        await loopback.server.stop()
    }

    @Test func implicitTLSAndReload() async throws {
        let folder = try CertificateFolder()
        let source = try TLSContextSource(certificatePath: folder.certificate, keyPath: folder.key)
        let loopback = try await Loopback(tls: .implicit(source))
        let first = source.current.serverEndPoint
        let client = try await loopback.client(tls: true)
        try await client.say("ECHO a\nQUIT\n")
        #expect(await client.hear("never") == "HELLO\r\na\r\nBYE\r\n")
        try folder.renew()
        try source.reload()
        #expect(source.current.serverEndPoint != first)
        try Data("nonsense".utf8).write(to: URL(fileURLWithPath: folder.certificate))
        #expect(throws: TLSConfigurationError.self) { try source.reload() }
        let again = try await loopback.client(tls: true)
        try await again.say("QUIT\n")
        #expect(await again.hear("never") == "HELLO\r\nBYE\r\n")
        await loopback.server.stop()
    }

    @Test func plainTextOnATLSListenerEndsTheConnection() async throws {
        let folder = try CertificateFolder()
        let source = try TLSContextSource(certificatePath: folder.certificate, keyPath: folder.key)
        let loopback = try await Loopback(tls: .implicit(source))
        let client = try await loopback.client()
        try await client.say("ECHO a\n")
        _ = await client.hear("never")
        #expect(await loopback.world.nextEnd() == .handshakeFailed)
        await loopback.server.stop()
    }

    @Test func tooManyConnectionsAreRefusedInTheProtocolsWords() async throws {
        var limits = GateLimits()
        limits.connectionsPerHostMax = 1
        limits.loopback = .likeAnyHost
        let loopback = try await Loopback(gateLimits: limits)
        let first = try await loopback.client()
        _ = await first.hear("\n")
        let second = try await loopback.client()
        #expect(await second.hear("never") == "BUSY tooManyFromHost\r\n")
        try await first.say("QUIT\n")
        _ = await first.hear("never")
        await loopback.server.stop()
    }

    @Test func aGracefulStopLetsTransactionsEnd() async throws {
        let loopback = try await Loopback()
        let idle = try await loopback.client()
        let busy = try await loopback.client()
        _ = await idle.hear("\n")
        _ = await busy.hear("\n")
        try await busy.say("BEGIN\n")
        _ = await busy.hear("\n")
        async let stopped: Void = loopback.server.stop()
        #expect(await idle.hear("never") == "FAREWELL shutdown\r\n")
        try await busy.say("ECHO a\nEND\n")
        #expect(await busy.hear("never") == "a\r\nOK\r\nFAREWELL shutdown\r\n")
        await stopped
        #expect(!loopback.server.isListening)
    }

    @Test func whoDoesNotEndIsCut() async throws {
        let loopback = try await Loopback(graceSeconds: 0)
        let busy = try await loopback.client()
        _ = await busy.hear("\n")
        try await busy.say("BEGIN\n")
        _ = await busy.hear("\n")
        await loopback.server.stop()
        #expect(await busy.hear("never") == "")
        #expect(await loopback.world.nextEnd() == .cut)
    }

    @Test func unixSocket() async throws {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("\(SessionID()).sock").path
        let loopback = try await Loopback(address: .unix(path: path))
        let permissions = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? NSNumber
        #expect(permissions?.intValue == 0o660)
        let client = try await loopback.client()
        try await client.say("QUIT\n")
        #expect(await client.hear("never") == "HELLO\r\nBYE\r\n")
        // A second server must not take the socket of one that lives.
        await #expect(throws: ListenerError.self) { _ = try await Loopback(address: .unix(path: path)) }
        await loopback.server.stop()
        #expect(!FileManager.default.fileExists(atPath: path))
    }

    @Test func aFileThatIsNoSocketIsLeftAlone() async throws {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("\(SessionID()).txt").path
        try Data("mine".utf8).write(to: URL(fileURLWithPath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }
        await #expect(throws: ListenerError.self) { _ = try await Loopback(address: .unix(path: path)) }
        #expect(FileManager.default.fileExists(atPath: path))
    }
}
