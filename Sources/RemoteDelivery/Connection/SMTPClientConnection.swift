internal import Glibc
internal import MailCore
package import NIOCore
internal import NIOPosix
internal import SASL
package import SMTP
package import ServerRuntime

/// A connection to a server, ready to carry messages one after the other.
///
/// Every call runs on the connection's event loop; a task that prefers the same `LoopExecutor` changes no thread. One call
/// at a time. Cancelling a call ends the session: what is under way is concluded, and the connection is closed. Whoever
/// opened it has to `quit` or to `close`.
package final class SMTPClientConnection: Sendable {
    /// The message's octets, piece by piece (at most 256 KiB each is a good size), nil at the end. Called on the
    /// connection's event loop: it must not block.
    package typealias MessagePieces = @Sendable () async throws -> ByteBuffer?

    /// What the server announced last.
    package let capabilities: SMTPCapabilities
    /// The server's first words.
    package let greeting: SMTPReply?
    /// What TLS gave; nil in the clear.
    package let tls: TLSFacts?
    /// Our end, for the trace.
    package let localAddress: SocketAddress?
    /// The server's end.
    package let remoteAddress: SocketAddress

    private let executor: LoopExecutor
    private let channel: any Channel
    private let handler: NIOLoopBound<SMTPClientHandler>

    private init(
        _ handler: SMTPClientHandler, _ channel: any Channel, _ executor: LoopExecutor, _ address: SocketAddress
    ) {
        capabilities = handler.machine.capabilities
        greeting = handler.machine.greeting
        tls = handler.tls
        localAddress = channel.localAddress
        remoteAddress = address
        self.executor = executor
        self.channel = channel
        self.handler = NIOLoopBound(handler, eventLoop: channel.eventLoop)
    }

    // MARK: Opening

    /// Connects, greets, secures and logs in, as the settings ask.
    ///
    /// - Throws: why no session came about; the connection is closed then. After `tlsHandshakeFailed` under an
    ///   opportunistic policy another connection without TLS may be tried.
    package static func open(
        _ settings: SMTPConnectionSettings, on executor: LoopExecutor
    ) async throws(SMTPSessionFailure) -> SMTPClientConnection {
        let opening = NIOLoopBoundBox.makeEmptyBox(valueType: (any Channel).self, eventLoop: executor.loop)
        let result: Result<SMTPClientConnection, SMTPSessionFailure> = await withTaskCancellationHandler {
            await withTaskExecutorPreference(executor) {
                do throws(SMTPSessionFailure) {
                    return .success(try await establish(settings, executor, opening))
                } catch {
                    return .failure(error)
                }
            }
        } onCancel: {
            executor.loop.execute { opening.value?.close(promise: nil) }
        }
        return try result.get()
    }

    private static func establish(
        _ settings: SMTPConnectionSettings, _ executor: LoopExecutor, _ opening: NIOLoopBoundBox<(any Channel)?>
    ) async throws(SMTPSessionFailure) -> SMTPClientConnection {
        let handler = NIOLoopBound(SMTPClientHandler(settings), eventLoop: executor.loop)
        let channel: any Channel
        do {
            channel = try await connect(settings, executor.loop, handler, opening)
        } catch {
            throw Task.isCancelled ? .cancelled : .notConnected(words(error))
        }
        if Task.isCancelled { handler.value.end(.cancelled) }
        do throws(SMTPSessionFailure) {
            try await becomeReady(handler.value, settings)
        } catch {
            handler.value.end(error)
            throw Task.isCancelled ? .cancelled : error
        }
        return SMTPClientConnection(handler.value, channel, executor, settings.address)
    }

    /// An error of connecting, for the trace and for reports: `Connection refused`.
    private static func words(_ error: any Error) -> String {
        switch error {
        case let error as IOError: String(cString: strerror(error.errnoCode))
        case ChannelError.connectTimeout: "no answer"
        default: "\(error)"
        }
    }

    private static func connect(
        _ settings: SMTPConnectionSettings, _ loop: any EventLoop, _ handler: NIOLoopBound<SMTPClientHandler>,
        _ opening: NIOLoopBoundBox<(any Channel)?>
    ) async throws -> any Channel {
        var bootstrap = ClientBootstrap(group: loop)
            .connectTimeout(.seconds(Int64(settings.connectTimeoutSeconds)))
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    opening.value = channel
                    try channel.pipeline.syncOperations.addHandler(handler.value)
                    if settings.tlsStart == .implicit {
                        try handler.value.addTLS(to: channel.pipeline.syncOperations)
                    }
                }
            }
        if let source = settings.sourceAddress { bootstrap = bootstrap.bind(to: source) }
        return try await bootstrap.connect(to: settings.address).get()
    }

    /// Everything up to `ready`.
    nonisolated(nonsending)
        private static func becomeReady(
            _ handler: SMTPClientHandler, _ settings: SMTPConnectionSettings
        ) async throws(SMTPSessionFailure)
    {
        while true {
            switch await handler.next() {
            case .handshakeCompleted:
                handler.secured(try await ServerAuthenticator.authenticate(handler.certificates, settings.tls))
            case .action(.deriveKeys(let derivation)):
                let keys = try? await NIOThreadPool.singleton.runIfActive { derivation.keys() }
                guard let keys else { throw .cancelled }
                handler.provide(keys)
            case .action(.ready):
                return
            case .action(.ended(let failure)):
                throw failure ?? .connectionLost(at: handler.machine.stage)
            case .action(.startTLS), .action(.sendMessage), .action(.finished):
                break
            }
        }
    }

    // MARK: Messages

    /// Carries a message to its recipients. Nothing holds more of it than a piece or two.
    ///
    /// - Throws: what the server lacks for this message; nothing was sent then, and the connection stays good.
    package func send(
        _ transaction: SMTPTransaction, message: @escaping MessagePieces
    ) async throws(TransactionObstacle) -> SMTPTransactionOutcome {
        let result: Result<SMTPTransactionOutcome, TransactionObstacle> = await withTaskCancellationHandler {
            await withTaskExecutorPreference(executor) {
                do throws(TransactionObstacle) {
                    return .success(try await Self.carry(transaction, message, handler.value))
                } catch {
                    return .failure(error)
                }
            }
        } onCancel: {
            cancel()
        }
        return try result.get()
    }

    nonisolated(nonsending)
        private static func carry(
            _ transaction: SMTPTransaction, _ message: MessagePieces, _ handler: SMTPClientHandler
        ) async throws(TransactionObstacle) -> SMTPTransactionOutcome
    {
        if Task.isCancelled { handler.end(.cancelled) }
        guard handler.machine.isReusable else { return await unusable(transaction, handler) }
        try handler.begin(transaction)
        while true {
            switch await handler.next() {
            case .action(.sendMessage): await write(message, handler)
            case .action(.finished(let outcome)): return outcome
            case .action(.ended): return await unusable(transaction, handler)
            case .action(.ready), .action(.startTLS), .action(.deriveKeys), .handshakeCompleted: break
            }
        }
    }

    /// A piece is kept until it is known whether it is the last: then it goes out together with the message's end.
    nonisolated(nonsending)
        private static func write(_ message: MessagePieces, _ handler: SMTPClientHandler) async
    {
        var last: ByteBuffer?
        do {
            while let piece = try await message() {
                guard !handler.hasEvents, !handler.machine.isOver else { return }
                if let last {
                    handler.send(last)
                    await handler.roomForMore()
                    guard !handler.hasEvents, !handler.machine.isOver else { return }
                }
                last = piece
            }
        } catch {
            handler.end(.messageUnreadable("\(error)"))
            return
        }
        guard !handler.hasEvents, !handler.machine.isOver else { return }
        handler.endMessage(after: last)
    }

    /// The session was over, or has carried all that the server takes, before this transaction began.
    nonisolated(nonsending)
        private static func unusable(
            _ transaction: SMTPTransaction, _ handler: SMTPClientHandler
        ) async -> SMTPTransactionOutcome
    {
        var outcome = RecipientOutcome.leftOver
        if handler.machine.isOver {
            outcome = .undecided(handler.failure ?? .connectionLost(at: .idle), .incomplete)
        }
        return SMTPTransactionOutcome(
            recipients: transaction.envelope.recipients.map { _ in outcome }, dsn: .handedOn, connection: .spent)
    }

    // MARK: The end

    /// Says QUIT, waits a few seconds for the answer, and closes.
    package func quit() async {
        await withTaskCancellationHandler {
            await withTaskExecutorPreference(executor) {
                let handler = handler.value
                if !handler.machine.isOver { handler.quit() }
                while !handler.machine.isOver { _ = await handler.next() }
                try? await channel.closeFuture.get()
            }
        } onCancel: {
            cancel()
        }
    }

    /// Closes without a word.
    package func close() {
        cancel()
    }

    private func cancel() {
        channel.eventLoop.execute { self.handler.value.end(.cancelled) }
    }
}
