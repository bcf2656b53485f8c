import NIOCore
import NIOSSL
import NIOTLS

/// Drives one session over one connection; see the essay in ConnectionSession.swift.
final class ConnectionHandler<Session: ConnectionSession>: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// Where the connection is. The exits of each case are given.
    enum Phase {
        /// Not open yet, or in the handshake of implicit TLS → receiving, closed.
        case opening
        /// The session takes octets → performing, handshaking, closing, closed.
        case receiving
        /// `perform` runs, the session must not be touched → receiving, lost.
        case performing
        /// `perform` runs, but the connection is gone → closed.
        case lost
        /// TLS after STARTTLS → receiving, closed.
        case handshaking
        /// The last words are on their way; input is thrown away → closed.
        case closing
        /// `ended` was called.
        case closed
    }

    let session: Session
    let loop: LoopConnections
    let limits: ConnectionLimits
    let tls: TLSMode
    let metrics: ServerMetrics
    let waker: ConnectionWaker?

    var phase = Phase.opening
    var end: SessionEnd?
    var context: ChannelHandlerContext?
    /// What the session has not taken yet.
    var input = ByteBuffer()
    var replies = ByteBuffer()
    /// From `startCompression` on.
    var compression: ConnectionCompression?
    /// When to look at this connection again; what it means depends on the phase.
    var deadline = NIODeadline.distantFuture
    /// Until when the peer has to do what it has to do.
    private var readDeadline = NIODeadline.distantFuture
    var lifetimeEnd = NIODeadline.distantFuture
    /// Octets since the deadline was last moved.
    var receivedSinceProgress = 0
    /// Our place in `loop`.
    var place = -1
    var task: Task<Void, Never>?
    /// `perform` waits for the peer to read.
    var writer: UnsafeContinuation<Bool, Never>?
    var flags = ConnectionFlags()

    private var serverHello: ServerHello?
    private var question: Session.Question?
    private var answer: ConnectionStep<Session.Question>?

    init(
        session: Session, loop: LoopConnections, limits: ConnectionLimits, tls: TLSMode, metrics: ServerMetrics,
        waker: ConnectionWaker? = nil
    ) {
        self.session = session
        self.loop = loop
        self.limits = limits
        self.tls = tls
        self.metrics = metrics
        self.waker = waker
    }

    var isWritable: Bool { context?.channel.isWritable ?? false }

    // MARK: The walk

    /// Takes steps until the session needs something that is not there, beginning with `first` when it is known already.
    func drive(_ first: ConnectionStep<Session.Question>? = nil) {
        guard !flags.contains(.driving) else { return }
        flags.insert(.driving)
        var known = first
        // What a wake-up led to is no progress of the peer's.
        var isProgress = first != nil && !flags.contains(.answeringWake)
        walk: while phase == .receiving {
            if known == nil { known = wakeStep() }
            let isPeers = !flags.contains(.answeringWake)
            let repliesBefore = replies.writerIndex
            let step = known ?? session.receive(&input, replies: &replies)
            known = nil
            switch step {
            case .needInput:
                isProgress = isProgress || (isPeers && replies.writerIndex > repliesBefore)
                if isPeers && !inflateMore() { break walk }
            case .proceed:
                isProgress = isProgress || isPeers
                if replies.readableBytes >= limits.repliesBytesMax {
                    flushForMore()
                    if !isWritable { break walk }
                }
            case .ask(let question):
                isProgress = isProgress || isPeers
                known = ask(question)
                if known == nil { break walk }
                continue walk
            case .startTLS:
                startTLS()
            case .startCompression:
                startCompression()
            case .close:
                close(.completed)
            }
            flags.remove(.answeringWake)
        }
        flags.remove(.driving)
        if phase == .receiving { pause(isProgress: isProgress) }
        if !flags.contains(.reading) { settle() }
    }

    /// The session's step if somebody has woken it since the last one.
    private func wakeStep() -> ConnectionStep<Session.Question>? {
        guard flags.contains(.woken) else { return nil }
        flags.remove(.woken)
        flags.insert(.answeringWake)
        return session.wake(replies: &replies)
    }

    /// The session has no more to do with what is there.
    private func pause(isProgress: Bool) {
        if !isWritable && context != nil {
            wait(seconds: limits.writeTimeoutSeconds)
            return
        }
        if isProgress || receivedSinceProgress >= limits.progressBytesMin {
            receivedSinceProgress = 0
            wait(seconds: session.readTimeoutSeconds)
            readDeadline = deadline
        } else {
            deadline = readDeadline
        }
        if flags.contains(.draining) && session.isIdle {
            dismiss(.shutdown)
        } else if input.readableBytes >= limits.inputBytesMax {
            dismiss(.overflow)
        } else if flags.contains(.inputClosed) {
            close(.peerClosed)
        }
    }

    /// After a run of steps: flush, give back memory, read on.
    func settle() {
        flush()
        shrinkInput()
        readIfHeld()
    }

    func wait(seconds: Int64) {
        guard let context else { return }
        deadline = context.eventLoop.now + .seconds(seconds)
    }

    // MARK: Work that waits

    /// Starts the work and returns its answer, or nil when it waits.
    private func ask(_ question: Session.Question) -> ConnectionStep<Session.Question>? {
        guard let context else { return nil }
        phase = .performing
        deadline = .distantFuture
        self.question = question
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        let task = Task.immediate(executorPreference: loop.executor) {
            await bound.value.perform()
        }
        if phase != .performing {
            let step = answer
            answer = nil
            return step
        }
        self.task = task
        flush()
        return nil
    }

    nonisolated(nonsending)
        private func perform() async
    {
        guard let question else { return }
        self.question = nil
        let step = await session.perform(question, replies: ReplyWriter(self))
        task = nil
        guard phase == .performing else {
            if phase == .lost { finish() }
            return
        }
        phase = .receiving
        if flags.contains(.driving) {
            answer = step
        } else {
            drive(step)
        }
    }

    // MARK: TLS

    private func startTLS() {
        guard let context, let source = tls.startTLSSource, !flags.contains(.secured) else {
            // The session offered what the listener does not have: there is no safe way on.
            close(.handshakeFailed)
            return
        }
        flush()
        // RFC 3207 §4.2, CVE-2011-0411: what was sent before the handshake must not be taken for secured input.
        input = ByteBuffer()
        compression?.dropInput()
        phase = .handshaking
        wait(seconds: limits.handshakeTimeoutSeconds)
        do {
            try source.addHandlers(to: context.pipeline.syncOperations)
        } catch {
            close(.handshakeFailed)
        }
    }

    private func handshakeCompleted() {
        guard let context, phase == .handshaking || phase == .opening else { return }
        let isImplicit = phase == .opening
        flags.insert(.secured)
        session.tlsEstablished(tlsInformation(context))
        phase = .receiving
        drive(isImplicit ? session.begin(replies: &replies) : .proceed)
    }

    private func tlsInformation(_ context: ChannelHandlerContext) -> TLSInformation {
        let handler = try? context.pipeline.syncOperations.handler(type: NIOSSLServerHandler.self)
        return TLSInformation(
            version: handler?.tlsVersion, cipherSuite: serverHello?.cipherSuite,
            serverEndPoint: tls.source?.current.serverEndPoint)
    }

    // MARK: The pipeline's events

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        if context.channel.isActive { channelActive(context: context) }
    }

    func channelActive(context: ChannelHandlerContext) {
        guard phase == .opening, place < 0 else { return }
        loop.add(self)
        waker?.attach(self)
        lifetimeEnd = context.eventLoop.now + .seconds(limits.sessionSecondsMax)
        if case .implicit = tls {
            wait(seconds: limits.handshakeTimeoutSeconds)
        } else {
            phase = .receiving
            drive(session.begin(replies: &replies))
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var octets = unwrapInboundIn(data)
        flags.insert(.reading)
        switch phase {
        case .receiving, .performing:
            receivedSinceProgress += octets.readableBytes
            if let compression {
                compression.receive(&octets)
            } else if input.readableBytes == 0 {
                input = octets
            } else {
                input.writeBuffer(&octets)
            }
            if phase == .receiving && isWritable { drive() }
        case .opening, .handshaking, .closing, .lost, .closed:
            break
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        flags.remove(.reading)
        settle()
    }

    /// NIO asks to read on: not while the session has enough to do.
    func read(context: ChannelHandlerContext) {
        let isFull = heldInputBytes >= limits.inputBytesMax
        if isFull || (phase == .receiving && !isWritable) {
            flags.insert(.readHeld)
        } else {
            context.read()
        }
    }

    private func readIfHeld() {
        guard flags.contains(.readHeld), let context, heldInputBytes < limits.inputBytesMax else { return }
        if phase == .receiving && !isWritable { return }
        flags.remove(.readHeld)
        context.read()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if isWritable {
            resumeWriter(canWrite: true)
            if phase == .receiving { drive(.proceed) }
        }
        context.fireChannelWritabilityChanged()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if let event = event as? ChannelEvent, event == .inputClosed {
            inputClosed()
        } else if let hello = event as? ServerHello {
            serverHello = hello
        } else if let event = event as? TLSUserEvent, case .handshakeCompleted = event {
            handshakeCompleted()
        } else {
            context.fireUserInboundEventTriggered(event)
        }
    }

    /// The peer said all it wants to say; it may still read the answers.
    private func inputClosed() {
        flags.insert(.inputClosed)
        switch phase {
        case .receiving:
            if isWritable { drive() }
        case .opening, .handshaking, .closing:
            cut(.peerClosed)
        case .performing, .lost, .closed:
            break
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // Without close_notify an inputClosed event follows, which we treat like any end of input.
        if case NIOSSLError.uncleanShutdown = error { return }
        let isHandshake = phase == .handshaking || (phase == .opening && error is NIOSSLError)
        cut(isHandshake ? .handshakeFailed : .peerClosed)
    }

    func channelInactive(context: ChannelHandlerContext) {
        connectionLost()
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        connectionLost()
        self.context = nil
    }
}

/// What else a connection has to remember.
struct ConnectionFlags: OptionSet {
    let rawValue: UInt8
    /// `drive` is on the stack.
    static let driving = ConnectionFlags(rawValue: 1)
    /// Between channelRead and channelReadComplete: the flush can wait.
    static let reading = ConnectionFlags(rawValue: 2)
    /// NIO wanted to read, and we did not let it.
    static let readHeld = ConnectionFlags(rawValue: 4)
    /// The peer closed its side.
    static let inputClosed = ConnectionFlags(rawValue: 8)
    /// The server stops: end when idle.
    static let draining = ConnectionFlags(rawValue: 16)
    /// TLS is on.
    static let secured = ConnectionFlags(rawValue: 32)
    /// The session's `wake` is to be called.
    static let woken = ConnectionFlags(rawValue: 64)
    /// The step taken last came of `wake`, or of the work that it asked for.
    static let answeringWake = ConnectionFlags(rawValue: 128)
}

extension ConnectionHandler: WakableConnection {
    func wake() {
        flags.insert(.woken)
        // Else it is seen when `perform` has returned, the handshake is done or the peer has read.
        if phase == .receiving && isWritable { drive() }
    }
}
