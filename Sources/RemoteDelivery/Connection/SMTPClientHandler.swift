internal import MailCore
internal import NIOCore
internal import NIOSSL
internal import NIOTLS
internal import SASL
internal import SMTP
internal import ServerRuntime

/// Drives one client's machine over one connection. Lives on the connection's event loop; so does the task that waits for
/// its events.
final class SMTPClientHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// What a waiting task hears.
    enum Event: Sendable {
        /// The machine wants something, or is done.
        case action(SMTPClientAction)
        /// The handshake is done; whether the server is the right one is not known yet.
        case handshakeCompleted
    }

    /// Whether what arrives is for the machine.
    private enum Security {
        /// It is.
        case settled
        /// The handshake, or the look at the certificate, is under way.
        case securing
    }

    private(set) var machine: SMTPClientStateMachine
    /// As presented in the handshake.
    private(set) var certificates: [PresentedCertificate] = []
    private(set) var tls: TLSFacts?
    /// Why the session ended, when it ended before its time.
    private(set) var failure: SMTPSessionFailure?

    private let settings: SMTPConnectionSettings
    private var security: Security
    private var serverHello: ServerHello?
    private var context: ChannelHandlerContext?
    private var input = ByteBuffer()
    private var events: [Event] = []
    private var waiter: UnsafeContinuation<Event, Never>?
    private var writeWaiter: UnsafeContinuation<Void, Never>?
    /// What was sent since the loop last had a turn.
    private var sinceTurn = (octets: 0, pieces: 0)
    private var deadline = NIODeadline.distantFuture
    private var alarm: Scheduled<Void>?
    private var alarmTime = NIODeadline.distantFuture

    private static let turnOctetsMax = 524_288
    private static let turnPiecesMax = 32

    init(_ settings: SMTPConnectionSettings) {
        self.settings = settings
        machine = SMTPClientStateMachine(settings.machineConfiguration)
        security = settings.tlsStart == .implicit ? .securing : .settled
    }

    // MARK: What a task does with it

    /// The next event; at once when there is one, or when nothing can come any more.
    nonisolated(nonsending)
        func next() async -> Event
    {
        if !events.isEmpty { return events.removeFirst() }
        if machine.isOver { return .action(.ended(nil)) }
        return await withUnsafeContinuation { waiter = $0 }
    }

    /// Whether something came that the task has not heard yet.
    var hasEvents: Bool { !events.isEmpty }

    /// Begins a transaction.
    func begin(_ transaction: SMTPTransaction) throws(TransactionObstacle) {
        try machine.begin(transaction)
        proceed()
    }

    /// Sends a piece of the message.
    func send(_ piece: ByteBuffer) {
        guard let context else { return }
        sinceTurn.octets += piece.readableBytes
        sinceTurn.pieces += 1
        machine.send(piece) { context.write(wrapOutboundOut($0), promise: nil) }
        context.flush()
        proceed()
    }

    /// Sends the message's end, with what was written and not flushed.
    func endMessage(after last: ByteBuffer?) {
        guard let context else { return }
        var held: ByteBuffer?
        func emit(_ octets: ByteBuffer) {
            if let held { context.write(wrapOutboundOut(held), promise: nil) }
            held = octets
        }
        if let last { machine.send(last, emit: emit) }
        machine.endMessage(emit: emit)
        if let held {
            let promise = context.eventLoop.makePromise(of: Void.self)
            promise.futureResult.assumeIsolated().whenSuccess { self.machine.messageWritten() }
            context.writeAndFlush(wrapOutboundOut(held), promise: promise)
        }
        proceed()
    }

    /// Returns when the peer has read enough for another piece, or when an event makes further pieces useless.
    ///
    /// A source and a peer that are always ready would keep the loop from reading, also from what this server says: so it
    /// gets a turn now and then. `Task.yield` would not do: the loop runs all that was submitted, and what that submits,
    /// before it looks at its sockets.
    nonisolated(nonsending)
        func roomForMore() async
    {
        guard let context, events.isEmpty, !machine.isOver else { return }
        if !context.channel.isWritable {
            await withUnsafeContinuation { writeWaiter = $0 }
        } else if sinceTurn.octets >= Self.turnOctetsMax || sinceTurn.pieces >= Self.turnPiecesMax {
            let loop = context.eventLoop
            await withUnsafeContinuation { turn in
                loop.scheduleTask(in: .microseconds(50)) { turn.resume() }
            }
        } else {
            return
        }
        sinceTurn = (0, 0)
    }

    /// The keys are there.
    func provide(_ keys: SCRAMKeys) {
        if let action = machine.provide(keys) { deliver(.action(action)) }
        proceed()
    }

    /// The server is the right one.
    func secured(_ authentication: TLSFacts.Authentication) {
        guard let context, !machine.isOver else { return }
        let version = try? context.pipeline.syncOperations.handler(type: NIOSSLClientHandler.self).tlsVersion
        let endPoint = certificates.first.flatMap { CertificateHash.serverEndPoint(der: $0.der) }
        let information = TLSInformation(
            version: version, cipherSuite: serverHello?.cipherSuite, serverEndPoint: endPoint)
        tls = TLSFacts(version: information.version, cipher: information.cipher, authentication: authentication)
        security = .settled
        machine.tlsEstablished(TLSChannelBindings(serverEndPoint: endPoint))
        proceed()
    }

    /// Says goodbye.
    func quit() {
        machine.quit()
        proceed()
    }

    /// Ends the session for a reason of ours and closes the connection.
    func end(_ failure: SMTPSessionFailure) {
        if let action = machine.end(failure) { deliver(.action(action)) }
        proceed()
    }

    // MARK: The walk

    /// Lets the machine take what is there, writes what it says, and minds the time.
    private func proceed() {
        if security == .settled {
            while let action = machine.receive(&input) {
                if case .startTLS = action { startTLS() } else { deliver(.action(action)) }
            }
        }
        if input.readableBytes == 0 { input = ByteBuffer() }
        report()
        let output = machine.takeOutput()
        if machine.isOver {
            finish(output)
            return
        }
        if output.readableBytes > 0 { context?.writeAndFlush(wrapOutboundOut(output), promise: nil) }
        wait(seconds: security == .securing ? settings.handshakeTimeoutSeconds : machine.readTimeoutSeconds)
    }

    private func report() {
        guard let observer = settings.observer else { return }
        for line in machine.takeDialog() { observer(line) }
    }

    private func deliver(_ event: Event) {
        if case .action(.ended(let failure)) = event { self.failure = failure }
        if let waiter {
            self.waiter = nil
            waiter.resume(returning: event)
        } else {
            events.append(event)
        }
        resumeWriter()
    }

    private func resumeWriter() {
        guard let writeWaiter else { return }
        self.writeWaiter = nil
        writeWaiter.resume()
    }

    /// Last words, then the end.
    private func finish(_ output: ByteBuffer) {
        guard let context else { return }
        if output.readableBytes == 0 {
            context.close(promise: nil)
        } else {
            // A server that does not read its goodbye gets no more time than QUIT's answer has.
            wait(seconds: settings.limits.quitTimeoutSeconds)
            context.writeAndFlush(wrapOutboundOut(output)).assumeIsolated().whenComplete { _ in
                context.close(promise: nil)
            }
        }
    }

    // MARK: TLS

    private func startTLS() {
        guard let context else { return }
        security = .securing
        report()
        do {
            try addTLS(to: context.pipeline.syncOperations)
        } catch {
            deliverEnd(.tlsHandshakeFailed("\(error)"))
        }
    }

    /// Puts TLS between the socket and this handler. Whom we talk to is looked at when the handshake is done, before
    /// anything is said: so the library is told to take any certificate.
    func addTLS(to pipeline: ChannelPipeline.SynchronousOperations) throws {
        let name = settings.serverName.isAddressLiteral ? nil : settings.serverName.ascii
        let handler = try NIOSSLClientHandler(context: SMTPClientTLS.context(), serverHostname: name) {
            chain, promise in
            self.certificates = chain.compactMap { PresentedCertificate($0) }
            promise.succeed(.certificateVerified)
        }
        try pipeline.addHandler(handler, position: .first)
        try pipeline.addHandler(ServerHelloReader { self.serverHello = $0 }, position: .first)
    }

    private func deliverEnd(_ failure: SMTPSessionFailure) {
        if let action = machine.end(failure) { deliver(.action(action)) }
    }

    // MARK: The pipeline's events

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        if context.channel.isActive { proceed() }
    }

    func channelActive(context: ChannelHandlerContext) {
        proceed()
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var octets = unwrapInboundIn(data)
        if input.readableBytes == 0 { input = octets } else { input.writeBuffer(&octets) }
        // A server that talks while nobody listens gets no memory for it.
        if security == .securing || input.readableBytes > settings.inputBytesMax { return tooMuch() }
        proceed()
    }

    private func tooMuch() {
        guard input.readableBytes > settings.inputBytesMax else { return }
        end(.notUnderstood(.tooManyLines))
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable {
            if !machine.isOver { wait(seconds: machine.readTimeoutSeconds) }
            resumeWriter()
        }
        context.fireChannelWritabilityChanged()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if let event = event as? TLSUserEvent, case .handshakeCompleted = event {
            deliver(.handshakeCompleted)
        } else {
            context.fireUserInboundEventTriggered(event)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // Without close_notify the end of the connection follows, which says all that matters.
        if case NIOSSLError.uncleanShutdown = error { return }
        if security == .securing {
            end(.tlsHandshakeFailed("\(error)"))
        } else {
            end(.connectionLost(at: machine.stage))
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        lost()
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        lost()
        self.context = nil
    }

    private func lost() {
        alarm?.cancel()
        alarm = nil
        let isHandshake = security == .securing && certificates.isEmpty
        deliverEnd(
            isHandshake ? .tlsHandshakeFailed("the server closed the connection") : .connectionLost(at: machine.stage))
        report()
        resumeWriter()
    }

    // MARK: Time

    /// Moves the deadline; the alarm that is set stays set unless it would ring too late.
    private func wait(seconds: Int?) {
        guard let seconds, let context else {
            deadline = .distantFuture
            return
        }
        deadline = .now() + .seconds(Int64(seconds))
        if alarm == nil || deadline < alarmTime { setAlarm(context.eventLoop) }
    }

    private func setAlarm(_ loop: any EventLoop) {
        alarm?.cancel()
        alarmTime = deadline
        alarm = loop.assumeIsolated().scheduleTask(deadline: deadline) { self.ring() }
    }

    private func ring() {
        alarm = nil
        guard let context, deadline < .distantFuture else { return }
        if NIODeadline.now() >= deadline {
            if machine.isOver { context.close(promise: nil) } else { end(.timedOut(at: machine.stage)) }
        } else {
            setAlarm(context.eventLoop)
        }
    }
}
