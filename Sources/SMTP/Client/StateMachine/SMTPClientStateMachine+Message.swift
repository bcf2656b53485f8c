internal import DotStuffing
package import NIOCore

/// The message's octets, and the reply to them.
extension SMTPClientStateMachine {
    /// The next piece of the message; `emit` gets what is to be written. Only after `.sendMessage`.
    package mutating func send(_ piece: ByteBuffer, emit: (ByteBuffer) -> Void) {
        guard case .message(var transaction) = state else { preconditionFailure("no message was asked for") }
        guard piece.readableBytes > 0 else { return }
        state = .closed
        transaction.octets += piece.readableBytes
        switch transaction.transfer {
        case .data:
            encoder.encode(piece, emit: emit)
        case .chunks:
            if transaction.heldChunk.readableBytes > 0 {
                writeChunk(transaction.heldChunk, .more, emit: emit)
                transaction.chunksAwaited += 1
            }
            transaction.heldChunk = piece
        }
        state = .message(transaction)
    }

    /// The message is whole; `emit` gets what is to be written.
    package mutating func endMessage(emit: (ByteBuffer) -> Void) {
        guard case .message(var transaction) = state else { preconditionFailure("no message was asked for") }
        state = .closed
        switch transaction.transfer {
        case .data:
            encoder.finish(emit: emit)
            record(.event("message, \(transaction.octets) octets"))
        case .chunks:
            writeChunk(transaction.heldChunk, .last, emit: emit)
            transaction.heldChunk = ByteBuffer()
        }
        state = .endOfData(transaction)
    }

    /// What `endMessage` gave has left: from here on a lost connection leaves doubt.
    package mutating func messageWritten() {
        guard case .endOfData(var transaction) = state else { return }
        state = .closed
        transaction.isWritten = true
        state = .endOfData(transaction)
    }

    private enum ChunkOrder {
        case more
        case last
    }

    /// `bdat-cmd = "BDAT" SP chunk-size [ SP end-marker ] CR LF` (RFC 3030 §2)
    private mutating func writeChunk(_ chunk: ByteBuffer, _ order: ChunkOrder, emit: (ByteBuffer) -> Void) {
        let line = "BDAT \(chunk.readableBytes)\(order == .last ? " LAST" : "")"
        record(.client(line))
        emit(ByteBuffer(string: "\(line)\r\n"))
        if chunk.readableBytes > 0 { emit(chunk) }
    }

    /// A reply while the message goes out: to a chunk, or to say that it will not be taken.
    mutating func receiveEarly(_ reply: SMTPReply) -> SMTPClientAction? {
        guard case .message(var transaction) = state else { return nil }
        state = .closed
        if transaction.chunksAwaited > 0, reply.code < 300 {
            transaction.chunksAwaited -= 1
            state = .message(transaction)
            return nil
        }
        guard reply.code >= 400 else { return misunderstood(reply, .message, transaction) }
        // The rest of the message would be taken for commands by some servers and for the message by others.
        transaction.concludeAccepted(.refused(reply, at: .message))
        return finish(transaction)
    }

    mutating func receiveFinal(_ reply: SMTPReply) -> SMTPClientAction? {
        guard case .endOfData(var transaction) = state else { return nil }
        state = .closed
        if transaction.chunksAwaited > 0 { return receiveChunkReply(reply, transaction) }
        guard reply.code / 100 != 3 else { return misunderstood(reply, .endOfData, transaction) }
        let outcome: RecipientOutcome = reply.code < 300 ? .accepted(reply) : .refused(reply, at: .endOfData)
        if configuration.dialect == .lmtp, !reply.closesConnection {
            transaction.outcomes[transaction.accepted[transaction.answered]] = outcome
            transaction.answered += 1
            if transaction.answered < transaction.accepted.count {
                state = .endOfData(transaction)
                return nil
            }
        } else {
            transaction.conclude(outcome)
        }
        if !reply.closesConnection { state = .ready }
        return finish(transaction)
    }

    /// Chunks before the last one are still to be answered.
    private mutating func receiveChunkReply(
        _ reply: SMTPReply, _ transaction: OutgoingTransaction
    ) -> SMTPClientAction? {
        var transaction = transaction
        transaction.chunksAwaited -= 1
        if reply.code < 300 {
            state = .endOfData(transaction)
            return nil
        }
        guard reply.code >= 400 else { return misunderstood(reply, .endOfData, transaction) }
        // RFC 3030 §2: the message is lost with its first refused chunk; the replies to the rest say nothing more.
        transaction.concludeAccepted(.refused(reply, at: .message))
        return finish(transaction)
    }
}
