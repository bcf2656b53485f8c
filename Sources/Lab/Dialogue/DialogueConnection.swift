package import MailCore
internal import NIOCore
internal import NIOPosix
internal import NIOSSL
internal import NIOTLS

/// A connection to a mail server whose lines are shown as they go.
///
/// Used by one task. A server that is silent for too long, or writes lines without end, ends the connection.
package final class DialogueConnection {
    private let channel: any Channel
    private let handler: DialogueHandler
    private var iterator: AsyncStream<String>.Iterator
    /// Whether TLS has begun.
    package private(set) var isSecured = false
    private let show: @Sendable (DialogueLine) -> Void

    /// A server's silence that ends the connection.
    private static let silenceSecondsMax: Int64 = 60
    /// The time for a connection or a TLS handshake.
    private static let connectSecondsMax: Int64 = 10

    private init(
        _ channel: any Channel, _ handler: DialogueHandler, _ lines: AsyncStream<String>,
        _ show: @escaping @Sendable (DialogueLine) -> Void
    ) {
        self.channel = channel
        self.handler = handler
        iterator = lines.makeAsyncIterator()
        self.show = show
    }

    /// Connects.
    ///
    /// - Parameter local: the address to come from; nil: any.
    package static func open(
        to endpoint: SocketEndpoint, from local: IPAddress?, show: @escaping @Sendable (DialogueLine) -> Void
    ) async throws -> DialogueConnection {
        let (lines, continuation) = AsyncStream.makeStream(of: String.self)
        var bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connectTimeout(.seconds(connectSecondsMax))
        do {
            if let local { bootstrap = bootstrap.bind(to: try SocketAddress(ipAddress: local.text, port: 0)) }
            let handler = DialogueHandler(lines: continuation)
            let channel = try await bootstrap.channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandlers([
                        IdleStateHandler(readTimeout: .seconds(silenceSecondsMax)), handler,
                    ])
                }
            }.connect(host: endpoint.address.text, port: endpoint.port).get()
            show(.note("connected to \(endpoint)"))
            return DialogueConnection(channel, handler, lines, show)
        } catch {
            continuation.finish()
            throw LabError("there is no connection to \(endpoint): \(error)", advice: "is the lab running?")
        }
    }

    /// The server's next line, shown.
    package func line() async throws(LabError) -> String {
        guard let line = await iterator.next() else { throw LabError("the server has ended the connection") }
        show(.server(line))
        return line
    }

    /// Sends a line.
    ///
    /// - Parameter shown: what people see of it, when it has a password in it.
    package func send(_ line: String, shown: String? = nil) async throws {
        show(.client(shown ?? line))
        try await channel.writeAndFlush(channel.allocator.buffer(string: line + "\r\n"))
    }

    /// Begins TLS with a server that shows the first certificate in the file, and no other one.
    ///
    /// It is not enough to trust the file's certificates: a self-signed one that is no authority is refused all the same.
    package func startTLS(trusting certificateFile: String, hostname: String) async throws {
        let expected = try NIOSSLCertificate.fromPEMFile(certificateFile).first?.toDERBytes()
        let context = try NIOSSLContext(configuration: .makeClientConfiguration())
        let done = channel.eventLoop.makePromise(of: Void.self)
        let timeout = channel.eventLoop.scheduleTask(in: .seconds(Self.connectSecondsMax)) {
            done.fail(LabError("the TLS handshake takes too long"))
        }
        let handler = handler
        try await channel.eventLoop.submit { [channel] in
            handler.secured = done
            let tls = try NIOSSLClientHandler(context: context, serverHostname: hostname) { shown, verdict in
                let isExpected = expected != nil && (try? shown.first?.toDERBytes()) == expected
                verdict.succeed(isExpected ? .certificateVerified : .failed)
            }
            try channel.pipeline.syncOperations.addHandler(tls, position: .first)
        }.get()
        do {
            try await done.futureResult.get()
            timeout.cancel()
        } catch {
            timeout.cancel()
            throw LabError("TLS with \(hostname) did not come about: \(error)")
        }
        isSecured = true
        let version = try await channel.nioSSL_tlsVersion().get()
        let words = version == .tlsv13 ? "TLS 1.3" : "TLS 1.2"
        show(.note("from here on \(words), with the certificate of \(hostname)"))
    }

    /// Closes it.
    package func close() async {
        try? await channel.close()
    }
}

/// Cuts what arrives into lines.
private final class DialogueHandler: ChannelInboundHandler, @unchecked Sendable {  // used on its event loop
    typealias InboundIn = ByteBuffer

    /// Octets without a line end that are kept.
    private static let lineOctetsMax = 64 * 1024
    /// Octets that arrive on one connection.
    private static let octetsMax = 64 << 20

    private let lines: AsyncStream<String>.Continuation
    private var unread = ByteBuffer()
    private var octets = 0
    /// Told when the TLS handshake is over.
    var secured: EventLoopPromise<Void>?

    init(lines: AsyncStream<String>.Continuation) {
        self.lines = lines
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var arrived = unwrapInboundIn(data)
        octets += arrived.readableBytes
        unread.writeBuffer(&arrived)
        while let length = unread.readableBytesView.firstIndex(of: UInt8(ascii: "\n")).map({ $0 - unread.readerIndex })
        {
            guard let line = unread.readString(length: length) else { break }
            unread.moveReaderIndex(forwardBy: 1)
            lines.yield(line.hasSuffix("\r") ? String(line.dropLast()) : line)
        }
        unread.discardReadBytes()
        if unread.readableBytes > Self.lineOctetsMax || octets > Self.octetsMax { context.close(promise: nil) }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .handshakeCompleted? = event as? TLSUserEvent {
            secured?.succeed()
            secured = nil
        }
        if event is IdleStateHandler.IdleStateEvent { context.close(promise: nil) }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        secured?.fail(error)
        secured = nil
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        secured?.fail(LabError("the server has ended the connection"))
        secured = nil
        lines.finish()
    }
}
