import NIOCore
import NIOSSL

/// The ways a connection ends.
extension ConnectionHandler: DrivenConnection {
    /// The driver's decision: last words, then close.
    func dismiss(_ reason: Farewell) {
        session.farewell(reason, replies: &replies)
        close(.dismissed(reason))
    }

    /// Flushes the replies and closes.
    ///
    /// With input unread, closing at once would make the kernel send a reset which can overtake our last words: then only
    /// our side is closed, and input thrown away until the peer closes, too. With TLS the peer always has something to say,
    /// its close_notify; ours goes out with the end of our side, and nobody has to wait for an answer (RFC 8446 §6.1).
    func close(_ end: SessionEnd) {
        guard let context, phase == .receiving || phase == .handshaking || phase == .opening else { return }
        self.end = self.end ?? end
        phase = .closing
        wait(seconds: flags.contains(.draining) ? limits.stopTimeoutSeconds : limits.closeTimeoutSeconds)
        let isLingering = (heldInputBytes > 0 || end != .completed) && !flags.contains(.inputClosed)
        input = ByteBuffer()
        compression?.dropInput()
        if isLingering || flags.contains(.secured) {
            flush()
            context.close(mode: .output, promise: nil)
            readAndDiscard()
        } else {
            // NIO drops on close what is not written yet.
            let octets = takeReplies()
            context.writeAndFlush(wrapOutboundOut(octets)).assumeIsolated().whenComplete { _ in
                context.close(promise: nil)
            }
        }
    }

    private func readAndDiscard() {
        guard flags.contains(.readHeld), let context else { return }
        flags.remove(.readHeld)
        context.read()
    }

    /// Closes without a word, below TLS: its handler would wait for the peer's close_notify.
    func cut(_ end: SessionEnd) {
        self.end = self.end ?? end
        guard let context else { return }
        let secured = try? context.pipeline.syncOperations.context(handlerType: NIOSSLServerHandler.self)
        (secured ?? context).close(promise: nil)
    }

    /// The channel is gone.
    func connectionLost() {
        resumeWriter(canWrite: false)
        switch phase {
        case .performing:
            phase = .lost
            task?.cancel()
        case .lost, .closed:
            break
        case .opening, .receiving, .handshaking, .closing:
            finish()
        }
    }

    func finish() {
        phase = .closed
        deadline = .distantFuture
        input = ByteBuffer()
        replies = ByteBuffer()
        compression = nil
        waker?.detach()
        let end = self.end ?? .peerClosed
        metrics.ended(end)
        session.ended(end)
        loop.remove(self)
    }

    // MARK: Time

    func sweep(now: NIODeadline) {
        compression?.sweep()
        if now >= deadline {
            switch phase {
            case .receiving where isWritable: dismiss(.readTimeout)
            case .receiving, .performing: cut(.writeTimeout)
            case .opening, .handshaking: cut(.handshakeFailed)
            case .closing: cut(.peerClosed)
            case .lost, .closed: break
            }
        } else if now >= lifetimeEnd, phase == .receiving {
            dismiss(.lifetime)
        }
    }

    func drain() {
        flags.insert(.draining)
        switch phase {
        case .opening, .handshaking: cut(.dismissed(.shutdown))
        case .receiving where session.isIdle: dismiss(.shutdown)
        case .closing: wait(seconds: limits.stopTimeoutSeconds)
        case .receiving, .performing, .lost, .closed: break
        }
    }
}

/// Octets out, and memory back.
extension ConnectionHandler: ReplySink {
    func flush() {
        write(takeReplies())
    }

    /// All replies as they go to the peer, whole. An idle connection keeps no memory for replies.
    func takeReplies() -> ByteBuffer {
        let octets = replies
        replies = ByteBuffer()
        return compression?.deflate(octets, .now) ?? octets
    }

    func write(_ octets: ByteBuffer) {
        guard octets.readableBytes > 0, let context else { return }
        context.writeAndFlush(wrapOutboundOut(octets), promise: nil)
    }

    /// Keeps the memory for the replies that follow, unless the socket could not take all.
    func flushForMore() {
        write(compression?.deflate(replies, .later) ?? replies)
        replies.clear(minimumCapacity: limits.repliesBytesMax)
    }

    func flushReplies() {
        flush()
    }

    func appendReply(_ octets: ByteBuffer) {
        guard phase == .performing else { return }
        replies.writeImmutableBuffer(octets)
    }

    nonisolated(nonsending)
        func writePiece(_ piece: ByteBuffer) async throws(ReplyWriterError)
    {
        guard phase == .performing else { throw .connectionLost }
        if piece.readableBytes < 4096 {
            replies.writeImmutableBuffer(piece)
            if replies.readableBytes < limits.repliesBytesMax { return }
            flushForMore()
        } else if let compression {
            return try await writePiece(piece, compression)
        } else {
            flush()
            write(piece)
        }
        try await waitForPeer()
    }

    /// Returns when there is room for more.
    nonisolated(nonsending)
        func waitForPeer() async throws(ReplyWriterError)
    {
        if isWritable { return }
        wait(seconds: limits.writeTimeoutSeconds)
        let canWrite = await withUnsafeContinuation { writer = $0 }
        deadline = .distantFuture
        if !canWrite { throw .connectionLost }
    }

    func resumeWriter(canWrite: Bool) {
        guard let writer else { return }
        self.writer = nil
        writer.resume(returning: canWrite)
    }

    func shrinkInput() {
        input.shrinkToContent()
        compression?.shrink()
    }
}

extension ByteBuffer {
    /// An idle connection keeps no receive buffer: what is left of the input, if anything, moves to one of its own size.
    mutating func shrinkToContent() {
        let rest = readableBytes
        if rest == 0 {
            self = ByteBuffer()
        } else if capacity > 4 * rest + 512 {
            var small = ByteBuffer()
            small.reserveCapacity(rest)
            small.writeImmutableBuffer(self)
            self = small
        }
    }
}
